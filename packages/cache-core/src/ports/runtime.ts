/**
 * Time and chance, handed in, so that tests can hold both in their hands.
 * Nothing else in this library reaches for a clock, `Math.random()` or timers.
 */
export interface Runtime {
  /** Monotonic milliseconds from any fixed start. */
  now(): number
  /** Uniform in [0, 1). */
  random(): number
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>
  /**
   * Calls `action` once, after `ms` milliseconds and after what had arrived by then was read, unless the returned function
   * is called before. Keeps no process alive.
   */
  after(ms: number, action: () => void): () => void
  /** Calls `action` every `ms` milliseconds until the returned function is called. Keeps no process alive. */
  every(ms: number, action: () => void): () => void
}

/** The process's own clock, randomness and timers. */
export const systemRuntime: Runtime = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  after(ms, action) {
    // A busy event loop runs a late timer before it reads the answers that have long arrived: let it read them first.
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
}

/**
 * The answer, if it comes in time.
 *
 * @param late makes the error that it rejects with after `ms` milliseconds without one.
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
