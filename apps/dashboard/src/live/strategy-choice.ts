/** Check boxes for the strategies to show and to drive. */
import { h, setText } from './dom.ts'

export class StrategyChoice {
  readonly #boxes = new Map<string, HTMLInputElement>()
  readonly #summary = h('summary', {}, 'Strategies')
  readonly #list = h('div', { class: 'boxes' })
  readonly #onChange: (chosen: readonly string[] | undefined) => void

  /** @param onChange gets undefined if all are chosen */
  constructor(container: HTMLElement, onChange: (chosen: readonly string[] | undefined) => void) {
    this.#onChange = onChange
    const all = h('button', { type: 'button', class: 'quiet' }, 'Choose all')
    all.addEventListener('click', () => {
      for (const box of this.#boxes.values()) box.checked = true
      this.#changed()
    })
    const legend = h('legend', {}, 'Shown here, and driven by loads and actions')
    const details = h('details', { class: 'choice' }, this.#summary, h('fieldset', {}, legend, this.#list, all))
    details.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return
      details.open = false
      this.#summary.focus()
    })
    document.addEventListener('click', (event) => {
      if (!details.contains(event.target as Node)) details.open = false
    })
    container.append(details)
  }

  /** Offers these names. @param chosen undefined: all */
  show(names: readonly string[], chosen: readonly string[] | undefined): void {
    for (const name of names) if (!this.#boxes.has(name)) this.#add(name)
    for (const [name, box] of this.#boxes) box.checked = chosen === undefined || chosen.includes(name)
    this.#summarize()
  }

  #add(name: string): void {
    const box = h('input', { type: 'checkbox', name: 'strategy', value: name })
    box.addEventListener('change', () => this.#changed())
    this.#boxes.set(name, box)
    this.#list.append(h('label', {}, box, ' ', name))
  }

  #changed(): void {
    const chosen = [...this.#boxes].filter(([, box]) => box.checked).map(([name]) => name)
    this.#summarize()
    this.#onChange(chosen.length === this.#boxes.size || chosen.length === 0 ? undefined : chosen)
  }

  #summarize(): void {
    const number = [...this.#boxes.values()].filter(({ checked }) => checked).length
    const all = this.#boxes.size
    // Nothing to show would be of no use.
    setText(this.#summary, `Strategies: ${number === 0 ? `none, so all ${all}` : `${number} of ${all}`}`)
  }
}
