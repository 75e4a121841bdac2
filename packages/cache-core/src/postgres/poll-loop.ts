import { swallowing } from '../errors.ts'
import type { Runtime } from '../ports/runtime.ts'

export interface PollLoopOptions {
  readonly runtime: Pick<Runtime, 'every'>
  readonly everyMs: number
  readonly work: () => Promise<void>
  /** Called when the work fails that did not before. */
  readonly onFailing?: ((error: unknown) => void) | undefined
  /** Called when it succeeds again. */
  readonly onWorking?: (() => void) | undefined
}

/** Work done again and again, never twice at once. A failure is told of once, and the work goes on. */
export class PollLoop {
  readonly #options: PollLoopOptions
  readonly #onFailing: ((error: unknown) => void) | undefined
  readonly #onWorking: (() => void) | undefined
  #stop: (() => void) | undefined
  #underWay: Promise<void> | undefined
  #isFailing = false

  constructor(options: PollLoopOptions) {
    this.#options = options
    // A callback that throws must not end the loop.
    this.#onFailing = options.onFailing && swallowing(options.onFailing)
    this.#onWorking = options.onWorking && swallowing(options.onWorking)
  }

  start(): void {
    this.#stop ??= this.#options.runtime.every(this.#options.everyMs, () => {
      this.#underWay ??= this.#work().finally(() => {
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
    let failed = false
    try {
      await this.#options.work()
    } catch (error) {
      failed = true
      if (!this.#isFailing) this.#onFailing?.(error)
    }
    if (this.#isFailing && !failed) this.#onWorking?.()
    this.#isFailing = failed
  }
}
