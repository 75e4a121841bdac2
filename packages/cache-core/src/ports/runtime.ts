/**
 * Time and chance, handed in, so that tests can hold both in their hands.
 * Strategies never reach for `Date.now()`, `Math.random()` or timers themselves.
 */
export interface Runtime {
  /** Monotonic milliseconds from any fixed start. */
  now(): number
  /** Uniform in [0, 1). */
  random(): number
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>
  /** Calls `action` every `ms` milliseconds until the returned function is called. Keeps no process alive. */
  every(ms: number, action: () => void): () => void
}

/** The process's own clock, randomness and timers. */
export const systemRuntime: Runtime = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  every(ms, action) {
    const timer = setInterval(action, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}
