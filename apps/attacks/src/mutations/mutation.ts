import type { SuiteName } from './suites.ts'

/** One safeguard, and the edits that remove it. */
export interface Mutation {
  readonly name: string
  /** What can go wrong without the safeguard, for the table. */
  readonly without: string
  readonly edits: readonly Edit[]
  /** The suites to try, in this order. Default: all, the fast ones first. */
  readonly suites?: readonly SuiteName[]
  /** The suites need two transactions at the same time. The embedded Postgres has only one session. */
  readonly needsPostgres?: true
}

export interface Edit {
  /** From the project's root. */
  readonly file: string
  /** The exact text, which must occur exactly once. Otherwise the edit could silently stop fitting. */
  readonly find: string
  readonly replace: string
}

/** Applies the edit. @throws Error unless the text occurs exactly once */
export function mutate(source: string, { file, find, replace }: Edit): string {
  const times = source.split(find).length - 1
  if (times === 1) return source.replace(find, () => replace)
  throw new Error(
    `${file} has ${times === 0 ? 'no' : times} "${find}"; a mutation needs it exactly once: update the edit`,
  )
}
