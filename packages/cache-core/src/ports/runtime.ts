/**
 * Injected time and randomness, so that tests control both.
 * Nothing else in this library uses a clock, `Math.random()` or timers.
 */
export interface Runtime {
  /** Monotonic milliseconds from any fixed start. */
  now(): number
  /** Uniform in [0, 1). */
  random(): number
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>
  /**
   * Calls `action` once, after `ms` milliseconds and after all input that has arrived by then was read. The returned function
   * cancels it. Does not keep the process alive.
   */
  after(ms: number, action: () => void): () => void
  /** Calls `action` every `ms` milliseconds until the returned function is called. Does not keep the process alive. */
  every(ms: number, action: () => void): () => void
  /** Calls `action` once the event loop has handled the input that has arrived by now, so that it covers all calls made until then. */
  soon(action: () => void): void
}

/**
 * The process's own clock, randomness and timers.
 *
 * @example
 * ```ts
 * import { systemRuntime } from 'cache-core'
 *
 * const steady = { ...systemRuntime, random: () => 0.5 } // no jitter
 * ```
 */
export const systemRuntime: Runtime = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  after(ms, action) {
    // A busy event loop runs a late timer before it reads answers that have already arrived: let it read them first.
    let late: NodeJS.Immediate | undefined
    const timer = setTimeout(() => {
      late = setImmediate(action)
    }, ms)
    timer.unref()
    return () => {
      clearTimeout(timer)
      clearImmediate(late)
    }
  },
  every(ms, action) {
    const timer = setInterval(action, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
  soon: setImmediate,
}

/**
 * Resolves to the answer, or rejects after `ms` milliseconds.
 *
 * @param late makes the error.
 */
export function within<T>(
  answer: Promise<T>,
  ms: number,
  runtime: Pick<Runtime, 'after'>,
  late = () => new Error(`no answer within ${ms} ms`),
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = runtime.after(ms, () => reject(late()))
    answer.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error) => {
        cancel()
        reject(error)
      },
    )
  })
}
