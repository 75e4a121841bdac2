/** A button per action. One that is not available says why, in text. */
import { api } from './api.ts'
import type { Action } from './api-types.ts'
import { h, setChildren } from './dom.ts'
import { ProblemLine } from './problem-line.ts'

export class ActionButtons {
  readonly #list = h('ul', { class: 'actions' })
  /** By the JSON of its action. */
  #items = new Map<string, HTMLElement>()
  readonly #problem = new ProblemLine()
  readonly #strategies: () => readonly string[] | undefined

  /** @param strategies those that the actions apply to; undefined: all */
  constructor(container: HTMLElement, strategies: () => readonly string[] | undefined) {
    this.#strategies = strategies
    container.append(this.#list, this.#problem.root)
  }

  async load(): Promise<void> {
    const actions = await this.#problem.during(() => api.actions(), true)
    if (actions === undefined) return
    const items = actions.map((action) => {
      const json = JSON.stringify(action)
      return [json, this.#items.get(json) ?? this.#item(action)] as const
    })
    this.#items = new Map(items)
    setChildren(
      this.#list,
      items.map(([, item]) => item),
    )
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
