/** A button per action. One that is not available says why, in text. */
import { api } from './api.ts'
import type { Action } from './api-types.ts'
import { h } from './dom.ts'
import { ProblemLine } from './problem-line.ts'

export class ActionButtons {
  readonly #list = h('ul', { class: 'actions' })
  readonly #problem = new ProblemLine()
  readonly #strategies: () => readonly string[] | undefined

  /** @param strategies those that the actions apply to; undefined: all */
  constructor(container: HTMLElement, strategies: () => readonly string[] | undefined) {
    this.#strategies = strategies
    container.append(this.#list, this.#problem.root)
  }

  async load(): Promise<void> {
    const actions = await this.#problem.during(() => api.actions())
    if (actions !== undefined) this.#list.replaceChildren(...actions.map((action) => this.#item(action)))
  }

  #item({ name, title, about, available, why }: Action): HTMLElement {
    const describedBy = `about-${name}`
    const button = h('button', { type: 'button', disabled: !available, 'aria-describedby': describedBy }, title)
    button.addEventListener('click', () => {
      void this.#problem.during(() => api.act(name, this.#strategies()))
    })
    const text = available ? about : `Not available: ${why ?? 'the API gives no reason'}`
    return h('li', {}, button, h('p', { id: describedBy }, text))
  }
}
