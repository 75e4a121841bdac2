/** What may catch a mutation: vitest runs, the cheap ones first. */

export interface Suite {
  readonly name: string
  readonly folder: string
  /** What vitest runs there. */
  readonly files: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const core = 'packages/cache-core'

export const suites = [
  { name: 'unit', folder: core, files: ['src'] },
  { name: 'store contract', folder: core, files: ['test/stores.live'] },
  { name: 'races', folder: core, files: ['test/races.live'] },
  { name: 'calls', folder: core, files: ['test/calls.live'] },
  { name: 'answers', folder: core, files: ['test/answer-moment'] },
  { name: 'by hand', folder: core, files: ['test/safeguards.live'] },
  { name: 'sent once', folder: core, files: ['test/sent-once.live'] },
  { name: 'round trips', folder: core, files: ['test/round-trips.live'] },
  { name: 'pairs', folder: core, files: ['test/pairs.live'] },
  { name: 'resilience', folder: core, files: ['test/resilience.live'] },
  { name: 'outbox', folder: core, files: ['test/outbox.live'] },
  { name: 'before use', folder: core, files: ['test/before-use.live'] },
  // Its pairs with a few hundred schedules each: what it is slow to find, others must.
  {
    name: 'explorer',
    folder: core,
    files: ['test/explorer.test.ts'],
    env: { EXPLORER_SCHEDULES: '500', EXPLORER_SEED: '1' },
  },
] as const satisfies readonly Suite[]

export type SuiteName = (typeof suites)[number]['name']

/** @throws Error for a name that no suite has */
export function suiteNamed(name: string): Suite & { readonly name: SuiteName } {
  const suite = suites.find((one) => one.name === name)
  if (suite) return suite
  throw new Error(`there is no suite "${name}"; there are ${suites.map((one) => one.name).join(', ')}`)
}
