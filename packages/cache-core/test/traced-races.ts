/** The races that docs/races.md tells: for each what takes part, what is taken out so that it breaks, and how the story must go. */
import { type Cache, cacheAside, invalidate, stampedeLock, writeThrough } from '../src/index.ts'
import type { Actor, Move, PlannedChange } from '../src/testing/explorer/plan.ts'
import { type Plan, redisBackend, type Subject } from '../src/testing/index.ts'
import { brokenBy } from './broken.ts'

export interface ToldRace {
  readonly title: string
  /** What happens, in a sentence or two. */
  readonly idea: string
  /** What closes it. */
  readonly closedBy: string
  readonly plan: Plan
  readonly guarded: Subject
  /** `without …`: the safeguard taken out. */
  readonly without: string
  readonly broken: Subject
  /** What the story must have, in this order. */
  readonly has: readonly RegExp[]
}

const ROW: PlannedChange = { keys: ['row'], tags: [], entryTags: [], keysKnownLate: false }
const LIST: PlannedChange = { keys: [], tags: ['rows'], entryTags: [], keysKnownLate: false }

function reads(name: string, process: number, question = { key: 'row', tags: [] as string[] }): Actor {
  return { name, process: process - 1, task: { does: 'read', ...question, times: 1, loadFails: false } }
}

function writes(name: string, process: number, change = ROW): Actor {
  return { name, process: process - 1, task: { does: 'write', change, fails: 'no' } }
}

function plan(actors: readonly Actor[], ...moves: [does: Move['does'], to: string][]): Plan {
  return {
    before: 'nothing',
    processes: 2,
    actors,
    moves: moves.map(([does, to], i) => ({ name: `${does}#${i + 1}`, does, to })),
  }
}

const backend = redisBackend({ inOrder: true })
const invalidating: Subject = { name: 'guarded', read: cacheAside, write: invalidate, backend }
const filling: Subject = { ...invalidating, write: writeThrough }
const locking: Subject = { ...invalidating, read: stampedeLock }

/** For loads that don't look at it. */
const noContext = undefined as never

/** Loads before it asks for anything else. */
function loadsFirst(cache: Cache<number>): Cache<number> {
  return {
    ...cache,
    async read(key, load, options) {
      const value = await load(noContext)
      return cache.read(key, async () => value, options)
    },
  }
}

export const toldRaces: readonly ToldRace[] = [
  {
    title: 'Stale set',
    idea: 'A reader has missed and loads the row. A write overtakes it: it commits, voids the entry, and is acknowledged. Then the reader keeps what it loaded.',
    closedBy:
      'The write voids the lease as well as the entry, so the fill is refused. The reader still gets what it loaded.',
    plan: plan([reads('R', 1), writes('W', 2)]),
    guarded: invalidating,
    without: 'invalidation voids no lease',
    broken: { ...invalidating, ...brokenBy('invalidate voids no lease') },
    has: [/R load row → v1/, /W commit → v2/, /W void row/, /R fill row with v1/],
  },
  {
    title: 'Slow reader over a write-through',
    idea: 'The same, with a writer that leaves its new value in the cache: the slow reader puts the old one over it.',
    closedBy: 'The writer claims the lease before its transaction. Who had it before has lost the right to fill.',
    plan: plan([reads('R', 1), writes('W', 2)]),
    guarded: filling,
    without: 'a fill is not asked for its token',
    broken: { ...filling, ...brokenBy('fill checks no token') },
    has: [/R load row → v1/, /W claim row/, /W commit → v2/, /W fill row with v2/, /R fill row with v1/],
  },
  {
    title: 'Crossed writes',
    idea: 'Two writers commit in one order and fill in the other: the older value is there last.',
    closedBy:
      'The later claim holds the lease. The first writer’s fill is refused, and a writer whose fill is refused voids the entry.',
    plan: plan([writes('W1', 1), writes('W2', 2)]),
    guarded: filling,
    without: 'a fill is not asked for its token',
    broken: { ...filling, ...brokenBy('fill checks no token') },
    has: [/W1 commit → v2/, /W2 commit → v3/, /W2 fill row with v3/, /W1 fill row with v2/],
  },
  {
    title: 'Crossed writes, the entry evicted between them',
    idea: 'The same, but the newer value was evicted before the older one arrives: there is nothing left to compare it with.',
    closedBy: 'The lease, which needs no entry. No version has to be remembered.',
    plan: plan([writes('W1', 1), writes('W2', 2)], ['evict', 'entry row']),
    guarded: filling,
    without: 'a fill is not asked for its token',
    broken: { ...filling, ...brokenBy('fill checks no token') },
    has: [/W1 commit → v2/, /W2 fill row with v3/, /evicts entry row/, /W1 fill row with v2/],
  },
  {
    title: 'Zombie holder',
    idea: 'A loader is paused past the end of its lease. Another takes the lease over, loads a newer value and fills it. Then the first one wakes and fills the old one.',
    closedBy: 'The token. Only the newest holder’s fill is taken, however long ago it began.',
    plan: plan([reads('R1', 1), writes('W', 2), reads('R2', 2)], ['pause', '0'], ['pass', 'lease'], ['wake', '0']),
    guarded: invalidating,
    without: 'a fill is not asked for its token',
    broken: { ...invalidating, ...brokenBy('fill checks no token') },
    has: [
      /R1 load row → v1/,
      /pauses P1/,
      /pass/,
      /R2 acquire row → granted/,
      /R2 fill row with v2/,
      /wakes P1/,
      /R1 fill row with v1/,
    ],
  },
  {
    title: 'Dead holder',
    idea: 'A loader is killed with the lease in its hand.',
    closedBy: 'The lease ends, and the next to ask is granted it. (A holder that lives renews it.)',
    plan: plan([reads('R1', 1), reads('R2', 2)], ['kill', '0']),
    guarded: locking,
    without: 'leases never end',
    broken: { ...locking, ...brokenBy('leases never end') },
    has: [/R1 acquire row → granted/, /kills P1/, /R2 acquire row → held/],
  },
  {
    title: 'Joined flight',
    idea: 'Readers of one process share loads. One that comes after a write was acknowledged joins a load that began before it.',
    closedBy:
      'A reader takes only what was asked for after it began. It waits for the load under way, and then looks again.',
    plan: plan([reads('R1', 1), writes('W', 2), reads('R2', 1)]),
    guarded: invalidating,
    without: 'readers join whatever is under way',
    broken: { ...invalidating, ...brokenBy('readers join whatever is under way') },
    has: [/R1 load row → v1/, /W commit → v2/, /v2 is acknowledged/, /R2 begins/, /R2 returns v1/],
  },
  {
    title: 'Fill under a younger lease',
    idea: 'A load that began before a write is kept under a lease that was granted after it: the write had nothing to void.',
    closedBy: 'A load begins after its lease was granted.',
    plan: plan([reads('R', 1), writes('W', 2)]),
    guarded: invalidating,
    without: 'the row is loaded first, and the lease asked for then',
    broken: { ...invalidating, variant: { cache: loadsFirst } },
    has: [/R load row → v1|R load → v1/, /W commit → v2/, /R acquire row → granted/, /R fill row with v1/],
  },
  {
    title: 'Tag race',
    idea: 'A list is loaded; meanwhile a write gives its tag a new epoch. The list is kept with the new epoch, though it lacks the write.',
    closedBy:
      'An entry carries the epochs from before its load. They no longer match, so the next reader takes it for a miss.',
    plan: plan([reads('R', 1, { key: 'list', tags: ['rows'] }), writes('W', 2, LIST)]),
    guarded: invalidating,
    without: 'epochs are read after the load',
    broken: { ...invalidating, ...brokenBy('epochs are read after the load') },
    has: [/R load list → v1/, /W commit → v2/, /W new epoch for rows/, /R fill list with v1/],
  },
  {
    title: 'Crash between commit and invalidation',
    idea: 'A writer commits and is killed before it voids anything.',
    closedBy:
      'The outbox: a row in the same transaction says what is to be voided, and a relay does it. Until then, reads may be old.',
    plan: plan([reads('R', 2), writes('W', 1)], ['kill', '0']),
    guarded: invalidating,
    without: 'there is no outbox',
    broken: { ...invalidating, variant: { hasOutbox: false } },
    has: [/R fill row with v1/, /W commit → v2/, /kills P1/],
  },
  {
    title: 'Lost invalidation',
    idea: 'The store does not answer, so a write is acknowledged whose invalidation may not have arrived.',
    closedBy:
      'What could not be voided is owed: until it is paid, this process does not use the store. (Others may serve the old value until then: the promise says so.)',
    plan: plan([reads('R', 1), writes('W', 1)], ['refuse', '0']),
    guarded: invalidating,
    without: 'it is forgotten',
    broken: {
      ...invalidating,
      backend: brokenBy('what could not be voided is forgotten').backend,
      variant: { hasOutbox: false },
    },
    has: [/R fill row with v1/, /W commit → v2/, /refuses W's void row/],
  },
]
