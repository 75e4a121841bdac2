import { swallowing } from './errors.ts'
import type { Runtime } from './ports/runtime.ts'

export interface PollLoopOptions {
  readonly runtime: Pick<Runtime, 'every'>
  readonly everyMs: number
  readonly work: () => Promise<void>
  /** Called when the work begins to fail. */
  readonly onFailing?: ((error: unknown) => void) | undefined
  /** Called when it succeeds again. */
  readonly onWorking?: (() => void) | undefined
}

/** Repeats work at intervals, never twice at the same time. Reports the first of several failures in a row, and continues. */
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

  /** Resolves once running work has ended. */
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
