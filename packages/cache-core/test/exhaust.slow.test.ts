/** All schedules of small plans: pruning misses no outcome, and each broken variant is found. */
import { describe, expect, it } from 'vitest'
import { exhaust, memoryBackend, type Plan, redisBackend, type Subject } from '../explorer/index.ts'
import { cacheAside, invalidate } from '../src/index.ts'
import { readNamed } from './all-strategies.ts'

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

describe('pruned, as many outcomes are seen as in every interleaving', () => {
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
