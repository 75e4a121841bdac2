/** A line near a control that says why the API refused. If an admin token is needed, it also asks for that. */
import { Refused, setAdminToken } from './api.ts'
import { h } from './dom.ts'

export class ProblemLine {
  readonly root = h('div', { class: 'problem', role: 'alert' })
  #shown: Refused | undefined
  #again: () => Promise<unknown> = async () => {}

  /**
   * Runs the call. A refusal is shown, and resolves to undefined.
   *
   * @param isRepeat it was not made by the user: a refusal that is already shown is not shown again, since a screen reader would
   *   repeat it.
   */
  async during<T>(call: () => Promise<T>, isRepeat = false): Promise<T | undefined> {
    try {
      const answer = await call()
      this.clear()
      return answer
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const isShown = error.status === this.#shown?.status && error.message === this.#shown.message
      if (!isRepeat || !isShown) this.#show(error, call)
      return undefined
    }
  }

  clear(): void {
    this.#shown = undefined
    if (this.root.childNodes.length > 0) this.root.replaceChildren()
  }

  #show(error: Refused, again: () => Promise<unknown>): void {
    this.#again = again
    this.#shown = error
    this.root.replaceChildren(h('p', {}, error.message))
    if (error.status === 401) this.root.append(this.#tokenForm())
  }

  #tokenForm(): HTMLElement {
    const input = h('input', { type: 'password', name: 'token', autocomplete: 'off', required: true })
    const form = h(
      'form',
      { class: 'token' },
      h('label', {}, 'Admin token, kept for this tab only ', input),
      h('button', { type: 'submit' }, 'Try again'),
    )
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      setAdminToken(input.value)
      void this.during(this.#again)
    })
    return form
  }
}
