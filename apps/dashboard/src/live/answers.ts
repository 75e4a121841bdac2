/** The three answers at the top: fastest, sparing the database, old values. */
import { h, setText } from './dom.ts'
import { count, duration, list, short } from './format.ts'
import { equalToLeader, leaderOf, type Ranked, type Ranking } from './ranking.ts'
import { isNaive } from './strategy-kinds.ts'

const NO_CACHE = 'no-cache'
/** Bars below each answer. */
const SHOWN = 5
/** More names in a sentence are not read. */
const MAX_NAMED = 4

interface Bar {
  readonly name: string
  /** As a part of the longest. */
  readonly length: number
  readonly text: string
}

interface Answer {
  readonly winner: string
  readonly text: string
  readonly note: string
  readonly bars: readonly Bar[]
}

export class Answers {
  readonly #fastest = new AnswerElement('Which is fastest?', 'hit')
  readonly #sparing = new AnswerElement('Which spares the database most?', 'wait')
  readonly #old = new AnswerElement('Which served old data?', 'stale')

  constructor(container: HTMLElement) {
    container.append(this.#fastest.root, this.#sparing.root, this.#old.root)
  }

  show(ranking: Ranking, withReads: number): void {
    this.#fastest.show(fastest(ranking.fastest))
    this.#sparing.show(sparing(ranking.sparing))
    this.#old.show(old(ranking.old, withReads))
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

const TOO_FEW: Answer = { winner: '–', text: 'Too few reads to tell.', note: '', bars: [] }

function fastest(ranked: readonly Ranked[]): Answer {
  const first = leaderOf(ranked)
  if (first === undefined) return TOO_FEW
  const without = ranked.find(({ name }) => name === NO_CACHE)
  const gain =
    without === undefined || without === first
      ? ''
      : `, ${short(without.value / first.value)} times faster than no-cache`
  return {
    winner: marked(first.name),
    text: `A typical read takes ${duration(first.value)}${gain}.`,
    note: noteOn(ranked),
    bars: barsOf(ranked, duration),
  }
}

function sparing(ranked: readonly Ranked[]): Answer {
  const first = leaderOf(ranked)
  if (first === undefined) return TOO_FEW
  const without = ranked.find(({ name }) => name === NO_CACHE)
  const isLess = without !== undefined && without !== first && first.value > 0
  const gain = isLess ? `, ${short(without.value / first.value)} times fewer than no-cache` : ''
  return {
    winner: marked(first.name),
    text: `${loadsPer100(first.value)} database loads per 100 reads${gain}.`,
    note: noteOn(ranked),
    bars: barsOf(ranked, loadsPer100),
  }
}

function old(found: Ranking['old'], withReads: number): Answer {
  const [first] = found
  if (first === undefined) {
    return { winner: 'None', text: 'No read returned a value older than an acknowledged write.', note: '', bars: [] }
  }
  const oldest = Math.max(...found.map(({ maxMs }) => (Number.isNaN(maxMs) ? 0 : maxMs)))
  const reads = found.reduce((sum, each) => sum + each.reads, 0)
  const age = oldest === 0 ? '' : `, up to ${duration(oldest)} old`
  const current = withReads - found.length
  const bars = found.slice(0, SHOWN)
  return {
    winner: found.length === 1 ? first.name : `${first.name} and ${found.length - 1} more`,
    text: `${count(reads)} ${reads === 1 ? 'read' : 'reads'} returned a replaced value${age}.`,
    note: [current === 0 ? '' : `The other ${current === 1 ? 'one' : current} served none.`, warningFor(bars)]
      .join(' ')
      .trim(),
    bars: bars.map(({ name, reads, maxMs }) => ({
      name: marked(name),
      length: oldest === 0 || Number.isNaN(maxMs) ? 0 : maxMs / oldest,
      text: `${count(reads)} ${reads === 1 ? 'read' : 'reads'}, up to ${duration(maxMs)}`,
    })),
  }
}

/** The answer, the best of the others, and no-cache to compare with. */
function shownOf(ranked: readonly Ranked[]): readonly Ranked[] {
  const leader = leaderOf(ranked)!
  const leading = [leader, ...ranked.filter((each) => each !== leader)].slice(0, SHOWN)
  const without = ranked.find(({ name }) => name === NO_CACHE)
  return without === undefined || leading.includes(without) ? leading : [...leading.slice(0, SHOWN - 1), without]
}

function barsOf(ranked: readonly Ranked[], format: (value: number) => string): Bar[] {
  const longest = ranked.at(-1)!.value
  return shownOf(ranked).map(({ name, value }) => ({
    name: marked(name),
    length: longest === 0 ? 0 : value / longest,
    text: format(value),
  }))
}

function noteOn(ranked: readonly Ranked[]): string {
  const close = equalToLeader(ranked).map(({ name }) => name)
  const parts = []
  if (close.length > MAX_NAMED) parts.push(`${close.length} others are within 10 %, so treat them as equal.`)
  else if (close.length > 0) parts.push(`Within 10 %, so treat as equal: ${list(close)}.`)
  parts.push(warningFor(shownOf(ranked)))
  return parts.join(' ').trim()
}

function marked(name: string): string {
  return isNaive(name) ? `${name} ⚠` : name
}

function warningFor(shown: readonly { readonly name: string }[]): string {
  return shown.some(({ name }) => isNaive(name)) ? '⚠\u00a0can break its guarantee.' : ''
}

function loadsPer100(loadsPerRead: number): string {
  const loads = loadsPerRead * 100
  return loads < 9.95 ? loads.toFixed(1) : count(loads)
}
