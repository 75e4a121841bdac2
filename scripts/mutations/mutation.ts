import type { SuiteName } from './suites.ts'

/** One safeguard, and the edit that takes it out. */
export interface Mutation {
  readonly name: string
  /** What can go wrong without it, for people. */
  readonly without: string
  readonly edits: readonly Edit[]
  /** The suites to try, in this order. Default: all, the cheap ones first. */
  readonly suites?: readonly SuiteName[]
  /** The embedded Postgres has one session, and no two transactions at once. */
  readonly needsPostgres?: true
}

export interface Edit {
  /** From the project's root. */
  readonly file: string
  /** The exact text, which must be there exactly once: else the table would rot unseen. */
  readonly find: string
  readonly replace: string
}

/** The source with the edit made. @throws Error when the text is not there, or there more than once */
export function mutate(source: string, { file, find, replace }: Edit): string {
  const times = source.split(find).length - 1
  if (times === 1) return source.replace(find, () => replace)
  throw new Error(
    `${file} has ${times === 0 ? 'no' : times} "${find}"; a mutation needs it exactly once: write it anew`,
  )
}
