/** All schedules of small plans: pruning misses no outcome, and each broken variant is found. */
import { describe, expect, it } from 'vitest'
import { exhaust, memoryBackend, type Plan, redisBackend, type Subject, smallPlans } from '../explorer/index.ts'
import { cacheAside, invalidate } from '../src/index.ts'
import { readNamed } from './all-strategies.ts'
import { broken } from './broken.ts'

const redis = redisBackend({ inOrder: true })
const row = { does: 'read', key: 'row', tags: [], times: 1, loadFails: false } as const
const change = { keys: ['row'], tags: [], entryTags: [], keysKnownLate: false }
const write = { does: 'write', change, fails: 'no' } as const
const R1 = { name: 'R1', process: 0, task: row }
const R2 = { name: 'R2', process: 0, task: row }
const W = { name: 'W', process: 1, task: write }

/** Few enough steps to run every interleaving. */
const tiny = {
  'a reader and a writer': {
    before: 'nothing',
    processes: 2,
    actors: [R1, W],
    moves: [],
  },
  'a reader of a fresh entry, a writer, a lost answer': {
    before: 'fresh',
    processes: 2,
    actors: [R1, W],
    moves: [{ name: 'lose#1', does: 'lose', to: '1' }],
  },
  ...Object.fromEntries(
    (['pause', 'kill', 'refuse'] as const).flatMap((does) =>
      ['0', '1'].map((to) => [
        `a reader of a fresh entry, a writer, ${does} in process ${to}`,
        { before: 'fresh', processes: 2, actors: [R1, W], moves: [{ name: `${does}#1`, does, to }] } satisfies Plan,
      ]),
    ),
  ),
  'a reader of a fresh entry, a writer and an eviction': {
    before: 'fresh',
    processes: 2,
    actors: [R1, W],
    moves: [{ name: 'evict#1', does: 'evict', to: 'entry row' }],
  },
  'two readers of one process and an eviction': {
    before: 'fresh',
    processes: 1,
    actors: [R1, R2],
    moves: [{ name: 'evict#1', does: 'evict', to: 'entry row' }],
  },
} satisfies Record<string, Plan>

const subjects: Subject[] = [
  { name: 'cache-aside × invalidate × memory', read: cacheAside, write: invalidate, backend: memoryBackend },
  { name: 'cache-aside × invalidate × redis', read: cacheAside, write: invalidate, backend: redis },
  {
    name: 'stale-while-revalidate × invalidate × redis',
    read: readNamed('stale-while-revalidate'),
    write: invalidate,
    backend: redis,
  },
]

describe('pruned schedules have the same outcomes as all interleavings', () => {
  const cases = subjects.flatMap((subject) =>
    Object.entries(tiny)
      .filter(([, { moves }]) => subject.backend.isRemote || moves.every(({ does }) => does === 'evict'))
      .map(([plan, planned]) => ({ subject, plan, planned })),
  )

  it.each(cases)('$subject.name: $plan', async ({ subject, planned }) => {
    const all = await exhaust(subject, planned, { prunes: false, collects: true, maxRuns: 50_000 })
    const pruned = await exhaust(subject, planned, { collects: true })
    expect(all.isComplete).toBe(true)
    expect([...pruned.outcomes].sort()).toEqual([...all.outcomes].sort())
    expect(pruned.schedules).toBeLessThan(all.schedules)
    console.log(`${all.schedules} interleavings, ${pruned.schedules} pruned: ${all.outcomes.size} outcomes`)
  })
})

/** For each broken variant that a small plan can reach, such a plan. */
const reachable = {
  'fill checks no token': 'row, readers apart, fresh, evict entry row',
  'invalidate revokes no lease': 'row, readers apart, nothing, no fault',
  'epochs are counters': 'list, readers apart, fresh, evict tag rows',
  'epochs are read after the load': 'list, readers apart, fresh, evict tag rows',
  'epochs are read after the load, in memory': 'list, readers apart, nothing, no fault',
  'readers join any load under way': 'row, readers together, fresh, no fault',
  'writers claim after the commit': 'row, readers apart, fresh, evict entry row',
  'a failed invalidation is forgotten': 'row, readers apart, fresh, lose 1',
  'the store is used while invalidations are pending': 'row, readers apart, fresh, refuse 1',
  'acquire grants to all': 'row, readers apart, fresh, no fault',
  'leases never end': 'row, readers apart, nothing, kill 0',
}
/** They need what no small plan has. */
const outOfReach = {
  'all entries are dropped before all leases': 'a caller that invalidates everything',
  'tokens are per process': 'a write of two keys',
  'a fallback dates from the last call': 'a load that fails',
  'the limit of a fallback is checked before the load': 'a load that fails',
}

describe('a broken variant is found', () => {
  it('or is known to be out of reach', () => {
    const known = [...Object.keys(reachable), ...Object.keys(outOfReach)]
    expect(known.sort()).toEqual(broken.map(({ name }) => name).sort())
  })

  it.each(Object.entries(reachable))('%s, in "%s"', async (variant, name) => {
    const subject = broken.find((each) => each.name === variant)!
    const plan = smallPlans(subject.backend).find((each) => each.name === name)!
    const { finding, schedules, pruned } = await exhaust(subject, plan)
    expect(subject.breaks).toContain(finding?.violation.invariant)
    console.log(`${variant}: after ${schedules} schedules, ${pruned} skipped`)
  })
})
