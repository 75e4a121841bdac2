import type { Change, Writer } from '../ports/strategy.ts'

/** A commit's result, and the names that its write touched. */
export interface Committed<R> {
  readonly result: R
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  /** False: it touched none. */
  readonly isChanged: boolean
}

/**
 * Runs a write's commit. A failed commit may have succeeded with its answer lost, so its known names are invalidated.
 *
 * @throws the errors of `commit` and of the functions in `change`.
 */
export async function commitChange<T, R>(
  change: Change<T, R>,
  commit: () => Promise<R>,
  cache: Writer<T>,
): Promise<Committed<R>> {
  const { keys, tags = [] } = change
  try {
    const result = await commit()
    if (change.changed?.(result) === false) return { result, keys: [], tags: [], isChanged: false }
    return { result, keys: namesOf(keys, result), tags: namesOf(tags, result), isChanged: true }
  } catch (failure) {
    await cache.invalidate(known(keys), known(tags))
    throw failure
  }
}

type Names<R> = readonly string[] | ((result: R) => readonly string[])

function namesOf<R>(names: Names<R>, result: R): readonly string[] {
  return typeof names === 'function' ? names(result) : names
}

function known<R>(names: Names<R>): readonly string[] {
  return typeof names === 'function' ? [] : names
}
