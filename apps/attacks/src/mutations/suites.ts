/** The suites that may catch a mutation: vitest runs, the fast ones first. */

export interface Suite {
  readonly name: string
  readonly folder: string
  /** The files that vitest runs there. */
  readonly files: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Its files are slow tests, of which the longest takes 10 s. */
  readonly isSlow?: true
}

const core = 'packages/cache-core'
const api = 'apps/api'

export const suites = [
  { name: 'unit', folder: core, files: ['src'] },
  { name: 'store contract', folder: core, files: ['test/stores.live'] },
  { name: 'races', folder: core, files: ['test/races.live'] },
  { name: 'calls', folder: core, files: ['test/calls.live', 'test/read-options.live'] },
  { name: 'many keys', folder: core, files: ['test/read-many.live'] },
  { name: 'answers', folder: core, files: ['test/answer-moment'] },
  { name: 'safeguards', folder: core, files: ['test/safeguards.live'] },
  { name: 'sent once', folder: core, files: ['test/sent-once.live'] },
  { name: 'round trips', folder: core, files: ['test/round-trips.live'] },
  { name: 'pairs', folder: core, files: ['test/pairs.live'] },
  { name: 'resilience', folder: core, files: ['test/resilience.live'] },
  { name: 'refused', folder: core, files: ['test/refused-commands.live'] },
  { name: 'copies', folder: core, files: ['src/stores/near-entries', 'src/redis/client-tracking'] },
  {
    name: 'two tiers',
    folder: core,
    files: ['test/tiered.live', 'test/tiered-pending.live', 'test/given-up-connections.live'],
  },
  { name: 'waiting', folder: core, files: ['test/lease-messages.live'] },
  { name: 'connection', folder: core, files: ['test/connection.live.slow'], isSlow: true },
  { name: 'memcached', folder: core, files: ['test/memcached.live'] },
  { name: 'memcached outage', folder: core, files: ['test/memcached-away.live.slow'], isSlow: true },
  { name: 'outbox', folder: core, files: ['test/outbox'] },
  {
    name: 'write-behind',
    folder: core,
    files: [
      'test/write-behind.live',
      'test/write-behind-away.live',
      'test/write-behind-confirm.live',
      'test/write-behind-direct.live',
      'test/write-behind-refused.live',
      'test/write-behind-explorer',
      'src/flusher-close',
    ],
  },
  { name: 'queued posts', folder: 'packages/posts-db', files: ['src/apply-writes.live', 'src/foresee-post.live'] },
  { name: 'write-behind over HTTP', folder: api, files: ['test/write-behind.live'] },
  { name: 'before use', folder: core, files: ['test/before-use.live'] },
  { name: 'hottest', folder: api, files: ['src/posts/hottest', 'test/hottest.live'] },
  { name: 'worker', folder: api, files: ['test/keep-warm.live', 'test/worker.live.test'] },
  // A few hundred schedules per pair. Other suites must catch faults that need more.
  {
    name: 'explorer',
    folder: core,
    files: ['test/explorer.test.ts'],
    env: { EXPLORER_SCHEDULES: '500', EXPLORER_SEED: '1' },
  },
  { name: 'whole pages', folder: core, files: ['src/hono'] },
  { name: 'reports', folder: api, files: ['src/telemetry/cache-reports', 'test/stats.live'] },
  { name: 'repeated GETs', folder: api, files: ['test/memory-hits.live'] },
  { name: 'headers', folder: api, files: ['test/guarantees.live'] },
  { name: 'posts page', folder: api, files: ['test/posts-page.live', 'test/posts-page-contract.live'] },
] as const satisfies readonly Suite[]

export type SuiteName = (typeof suites)[number]['name']

/** @throws Error for an unknown name */
export function suiteNamed(name: string): Suite & { readonly name: SuiteName } {
  const suite = suites.find((one) => one.name === name)
  if (suite) return suite
  throw new Error(`there is no suite "${name}"; there are ${suites.map((one) => one.name).join(', ')}`)
}
