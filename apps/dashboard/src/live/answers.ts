/** The three answers at the top: fastest, sparing the database, stale values. */
import { type Answer, type Bar, fastest, SHOWN, sparing, stale, type Writes } from './answer-texts.ts'
import { h, setText } from './dom.ts'
import type { Ranking } from './ranking.ts'

export class Answers {
  readonly #fastest = new AnswerElement('Which is fastest?', 'hit')
  readonly #sparing = new AnswerElement('Which spares the database most?', 'wait')
  readonly #stale = new AnswerElement('Which served stale values?', 'stale')

  constructor(container: HTMLElement) {
    container.append(this.#fastest.root, this.#sparing.root, this.#stale.root)
  }

  /** @param withReads the number of strategies that had reads */
  show(ranking: Ranking, withReads: number, writes: Writes): void {
    this.#fastest.show(fastest(ranking.fastest))
    this.#sparing.show(sparing(ranking.sparing))
    this.#stale.show(stale(ranking.stale, withReads, writes))
  }
}

class AnswerElement {
  readonly root: HTMLElement
  readonly #winner = h('p', { class: 'winner' })
  readonly #text = h('p', { class: 'answer-text' })
  readonly #note = h('p', { class: 'answer-note' })
  readonly #bars: readonly BarElement[] = Array.from({ length: SHOWN }, () => new BarElement())

  constructor(question: string, ink: string) {
    const bars = h('ol', { class: 'bars' }, ...this.#bars.map(({ root }) => root))
    this.root = h(
      'article',
      { class: `answer ${ink}` },
      h('h2', {}, question),
      this.#winner,
      this.#text,
      bars,
      this.#note,
    )
  }

  show({ winner, text, note, bars }: Answer): void {
    setText(this.#winner, winner)
    setText(this.#text, text)
    setText(this.#note, note)
    this.#bars.forEach((bar, i) => {
      bar.show(bars[i])
    })
  }
}

class BarElement {
  readonly #name = h('span', { class: 'bar-name' })
  readonly #fill = h('span', { class: 'bar-fill' })
  readonly #value = h('span', { class: 'bar-value' })
  readonly root = h('li', { hidden: true }, this.#name, this.#value, h('span', { class: 'bar' }, this.#fill))

  show(bar: Bar | undefined): void {
    this.root.hidden = bar === undefined
    if (bar === undefined) return
    setText(this.#name, bar.name)
    setText(this.#value, bar.text)
    const width = `${(bar.length * 100).toFixed(1)}%`
    if (this.#fill.style.width !== width) this.#fill.style.width = width
  }
}
