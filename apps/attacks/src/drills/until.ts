import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 10

/**
 * Calls `ask` until it returns neither false nor undefined, and returns that value.
 *
 * @throws after `withinMs`, naming `what`
 */
export async function until<T>(
  what: string,
  withinMs: number,
  ask: () => Promise<T | false | undefined> | T | false | undefined,
): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== false && answer !== undefined) return answer
    if (performance.now() > deadline) throw new Error(`timed out after ${withinMs} ms waiting until ${what}`)
    await sleep(EVERY_MS)
  }
}

/** @throws after `withinMs`, naming `what` */
export async function within<T>(what: string, withinMs: number, work: Promise<T>): Promise<T> {
  const overdue = Promise.withResolvers<never>()
  const timer = setTimeout(() => overdue.reject(new Error(`${what} took more than ${withinMs} ms`)), withinMs)
  return Promise.race([work, overdue.promise]).finally(() => clearTimeout(timer))
}
