/** Leads through the tour's steps: starts each step's load and actions, and can be left at any time. */
import { api } from './api.ts'
import { byId, h, setText } from './dom.ts'
import type { LoadControl } from './load-control.ts'
import { ProblemLine } from './problem-line.ts'
import { type TourStep, tourSteps } from './tour-steps.ts'

/** Between two actions of a step. */
const ACTION_EVERY_MS = 6_000

export interface TourOptions {
  readonly load: LoadControl
  /** Shows only these strategies. Undefined: as before the tour. */
  readonly choose: (strategies: readonly string[] | undefined) => void
}

export class Tour {
  readonly #root: HTMLElement
  readonly #options: TourOptions
  readonly #progress = h('p', { class: 'tour-progress' })
  readonly #title = h('h2', { tabindex: '-1' })
  readonly #look = h('p', { class: 'tour-look' })
  readonly #back = h('button', { type: 'button' }, 'Back')
  readonly #next = h('button', { type: 'button', class: 'primary' }, 'Next')
  readonly #problem = new ProblemLine()
  #step = -1
  #timer: ReturnType<typeof setInterval> | undefined
  /** One load ends before the next begins, however fast the reader goes on. */
  #changes: Promise<void> = Promise.resolve()
  #openedBy: Element | null = null

  constructor(root: HTMLElement, options: TourOptions) {
    this.#root = root
    this.#options = options
    const leave = h('button', { type: 'button', class: 'quiet' }, 'Leave the tour')
    leave.addEventListener('click', () => this.leave())
    this.#back.addEventListener('click', () => this.#go(this.#step - 1))
    this.#next.addEventListener('click', () => (this.#isLast ? this.leave() : this.#go(this.#step + 1)))
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.leave()
    })
    const text = h('div', { class: 'tour-text' }, this.#progress, this.#title, this.#look, this.#problem.root)
    root.append(text, h('div', { class: 'buttons' }, this.#back, this.#next, leave))
  }

  begin(): void {
    this.#openedBy = document.activeElement
    this.#root.hidden = false
    document.body.classList.add('has-tour')
    this.#go(0)
  }

  leave(): void {
    clearInterval(this.#timer)
    this.#step = -1
    this.#root.hidden = true
    document.body.classList.remove('has-tour')
    this.#options.choose(undefined)
    this.#problem.clear()
    // The button that opened the tour may have been one that is shown only without traffic.
    const opener = this.#openedBy
    const isVisible = opener instanceof HTMLElement && opener !== document.body && opener.checkVisibility()
    const focused = isVisible ? opener : byId('tour-start')
    focused.focus()
    const { load } = this.#options
    this.#changes = this.#changes.then(async () => {
      if (this.#step === -1 && load.isRunning) await load.stop()
    })
  }

  get #isLast(): boolean {
    return this.#step === tourSteps.length - 1
  }

  #go(index: number): void {
    const step = tourSteps[index]
    if (step === undefined) return
    clearInterval(this.#timer)
    this.#problem.clear()
    this.#step = index
    setText(this.#progress, `Step ${index + 1} of ${tourSteps.length}`)
    setText(this.#title, step.title)
    setText(this.#look, step.look)
    setText(this.#next, this.#isLast ? 'Finish' : 'Next')
    this.#back.disabled = index === 0
    this.#title.focus()
    this.#options.choose(step.strategies)
    scrollTo({ top: 0 })
    this.#changes = this.#changes.then(() => this.#run(index, step))
  }

  async #run(index: number, step: TourStep): Promise<void> {
    const { load } = this.#options
    // All of it is done again once the reader has entered an admin token.
    await this.#problem.during(async () => {
      // The reader may have gone on meanwhile.
      if (this.#step !== index) return
      if (load.isRunning) load.update(await api.stopLoad())
      load.update(await api.startLoad({ ...step.load, strategies: step.strategies }))
      if (step.action === undefined || this.#step !== index) return
      this.#timer = setInterval(() => void this.#act(step), ACTION_EVERY_MS)
    })
  }

  async #act({ action, strategies }: TourStep): Promise<void> {
    if (!this.#options.load.isRunning) clearInterval(this.#timer)
    else await this.#problem.during(() => api.act(action!, strategies))
  }
}
