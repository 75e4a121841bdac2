import type { Runtime } from '../ports/runtime.ts'

export interface RoundsOptions {
  readonly runtime: Pick<Runtime, 'every'>
  readonly everyMs: number
  readonly work: () => Promise<void>
  /** Called when the work fails that did not before. */
  readonly onFailing?: ((error: unknown) => void) | undefined
  /** Called when it succeeds again. */
  readonly onWorking?: (() => void) | undefined
}

/** So many turns are let pass after a failure. */
const TURNS_LOST = 4

/** Work done again and again, never twice at once. A failure is told of once, and the work goes on. */
export class Rounds {
  readonly #options: RoundsOptions
  #stop: (() => void) | undefined
  #underWay: Promise<void> | undefined
  #isFailing = false
  #turnsToLose = 0

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  start(): void {
    this.#stop ??= this.#options.runtime.every(this.#options.everyMs, () => {
      if (this.#turnsToLose-- > 0 || this.#underWay) return
      this.#underWay = this.#work().finally(() => {
        this.#underWay = undefined
      })
    })
  }

  /** Resolves once what is under way has ended. */
  async stop(): Promise<void> {
    this.#stop?.()
    this.#stop = undefined
    await this.#underWay
  }

  async #work(): Promise<void> {
    const { work, onFailing, onWorking } = this.#options
    try {
      await work()
      this.#turnsToLose = 0
      if (this.#isFailing) onWorking?.()
      this.#isFailing = false
    } catch (error) {
      this.#turnsToLose = TURNS_LOST
      if (!this.#isFailing) onFailing?.(error)
      this.#isFailing = true
    }
  }
}
