/** A place in a scripted race where somebody waits until the script lets them on. */
export interface Gate {
  /** Resolves once the gate is open. */
  readonly opened: Promise<void>
  /** Resolves once somebody waits at the gate. */
  readonly reached: Promise<void>
  /** What the one who waits calls. */
  pass(): Promise<void>
  open(): void
}

export function gate(): Gate {
  const opened = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  return {
    opened: opened.promise,
    reached: reached.promise,
    open: opened.resolve,
    pass() {
      reached.resolve()
      return opened.promise
    },
  }
}
