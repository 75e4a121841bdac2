/** Check boxes for the strategies to show. */
import { h, setText } from './dom.ts'

export class StrategyChoice {
  readonly #boxes = new Map<string, HTMLInputElement>()
  readonly #summary = h('summary', {}, 'Strategies')
  readonly #list = h('div', { class: 'boxes' })
  readonly #onChange: (chosen: readonly string[] | undefined) => void

  /** @param title what is chosen @param onChange gets undefined if all are chosen */
  constructor(container: HTMLElement, title: string, onChange: (chosen: readonly string[] | undefined) => void) {
    this.#onChange = onChange
    const buttons = [this.#button('Check all', true), this.#button('Uncheck all', false)]
    const legend = h('legend', {}, title)
    const details = h('details', { class: 'choice' }, this.#summary, h('fieldset', {}, legend, this.#list, ...buttons))
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

  /** Offers these names, and no others. @param chosen undefined: all */
  show(names: readonly string[], chosen: readonly string[] | undefined): void {
    for (const [name, box] of this.#boxes) {
      if (names.includes(name)) continue
      box.parentElement!.remove()
      this.#boxes.delete(name)
    }
    for (const name of names) if (!this.#boxes.has(name)) this.#add(name)
    // A reader that unchecks everything to start again sees all until the first is checked.
    const isBeginning = chosen === undefined && this.#checked.length === 0
    if (!isBeginning) for (const [name, box] of this.#boxes) box.checked = chosen === undefined || chosen.includes(name)
    this.#summarize()
  }

  get #checked(): string[] {
    return [...this.#boxes].filter(([, box]) => box.checked).map(([name]) => name)
  }

  #button(text: string, isChecked: boolean): HTMLElement {
    const button = h('button', { type: 'button', class: 'quiet' }, text)
    button.addEventListener('click', () => {
      for (const box of this.#boxes.values()) box.checked = isChecked
      this.#changed()
    })
    return button
  }

  #add(name: string): void {
    const box = h('input', { type: 'checkbox', name: 'strategy', value: name, checked: true })
    box.addEventListener('change', () => this.#changed())
    this.#boxes.set(name, box)
    this.#list.append(h('label', {}, box, ' ', name))
  }

  #changed(): void {
    const checked = this.#checked
    this.#summarize()
    this.#onChange(checked.length === this.#boxes.size || checked.length === 0 ? undefined : checked)
  }

  #summarize(): void {
    const [number, all] = [this.#checked.length, this.#boxes.size]
    setText(
      this.#summary,
      `Strategies: ${number === 0 && all > 0 ? `all ${all} (none checked)` : `${number} of ${all}`}`,
    )
  }
}
