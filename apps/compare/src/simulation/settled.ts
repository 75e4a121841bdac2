/**
 * Resolves once every promise callback that is due has run, and those that they made due. Much cheaper than a turn of the event
 * loop, and enough here, where nothing waits for input, output or the machine's timers.
 *
 * Node runs `nextTick` callbacks once no promise callback is left, if they are set by a promise callback.
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)))
}
