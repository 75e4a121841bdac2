import type { Change, Writer } from '../ports/strategy.ts'

/** What a commit resolved to, and the names that its write touched. */
export interface Committed<R> {
  readonly result: R
  readonly keys: readonly string[]
  readonly tags: readonly string[]
}

/**
 * Runs a write's commit. A commit that failed may have happened, its answer lost: what is known of it is invalidated.
 *
 * @throws what `commit` throws, and what `change.keys` or `change.tags` throw as functions.
 */
export async function commitChange<T, R>(
  change: Change<T, R>,
  commit: () => Promise<R>,
  cache: Writer<T>,
): Promise<Committed<R>> {
  const { keys, tags = [] } = change
  try {
    const result = await commit()
    return { result, keys: namesOf(keys, result), tags: namesOf(tags, result) }
  } catch (failure) {
    await cache.invalidate(known(keys), known(tags))
    throw failure
  }
}

type Names<R> = readonly string[] | ((result: R) => readonly string[])

function namesOf<R>(names: Names<R>, result: R): readonly string[] {
  // Under a name that is not well-formed nothing was kept; to refuse it now would fail a write that has been committed.
  return typeof names === 'function' ? names(result).filter((name) => name.isWellFormed()) : names
}

function known<R>(names: Names<R>): readonly string[] {
  return typeof names === 'function' ? [] : names
}
