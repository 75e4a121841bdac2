/** What a store's failures mean for a read. An answer that needed no promise gets none here. */
import { isUnavailable, StoreAway } from './errors.ts'
import type { Awaitable } from './ports/store.ts'

/** @throws StoreAway, or rejects with it */
export function fromStore<R>(ask: () => Awaitable<R>): Awaitable<R> {
  return recovered(ask, throwAway)
}

/** Whether the store has kept something: false if it is unavailable. */
export function keptIfAnswered(ask: () => Awaitable<boolean>): Awaitable<boolean> {
  return recovered(ask, notKept)
}

/** The answer, without a promise of its own if there is none; a failure becomes what `failed` returns or throws. */
function recovered<R>(ask: () => Awaitable<R>, failed: (failure: unknown) => R): Awaitable<R> {
  try {
    const answer = ask()
    return answer instanceof Promise ? answer.catch(failed) : answer
  } catch (failure) {
    return failed(failure)
  }
}

function notKept(error: unknown): boolean {
  if (isUnavailable(error)) return false
  throw error
}

function throwAway(failure: unknown): never {
  throw StoreAway.of(failure)
}
