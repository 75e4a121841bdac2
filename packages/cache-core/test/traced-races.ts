/** The races of docs/races.md and of the page `/races`: for each the actors, the safeguard whose removal breaks it, and the required course of the story. */

import { type Plan, redisBackend, type Subject } from '../explorer/index.ts'
import type { Actor, Move, PlannedChange } from '../explorer/plan.ts'
import { type Cache, cacheAside, invalidate, stampedeLock, writeThrough } from '../src/index.ts'
import { brokenBy } from './broken.ts'

export interface TracedRace {
  readonly title: string
  /** The race in one to three sentences. */
  readonly idea: string
  /** The safeguard that closes it. */
  readonly closedBy: string
  /** The damage without the safeguard, in one sentence. */
  readonly goesWrong: string
  /** How the safeguard prevents it, in one sentence. */
  readonly isPrevented: string
  /** The line that makes the difference, without its indentation, its file in `src`, and the step at which the two forms differ. */
  readonly decidedBy: { readonly file: string; readonly line: string; readonly at: RegExp }
  readonly plan: Plan
  readonly guarded: Subject
  /** Completes "When …": the effect of the removed safeguard. */
  readonly without: string
  readonly broken: Subject
  /** The story must have these lines, in this order. */
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

/** For loads that ignore it. */
const noContext = undefined as never

const FILLS_FOR_THE_HOLDER = {
  file: 'redis/scripts.ts',
  line: "if isHeld then redis.call('SET', entry, bytes, 'PXAT', expiresAt) end",
}

/** Loads before it reads the cache. */
function loadsFirst(cache: Cache<number>): Cache<number> {
  return {
    ...cache,
    async read(key, load, options) {
      const value = await load(noContext)
      return cache.read(key, async () => value, options)
    },
  }
}

export const tracedRaces: readonly TracedRace[] = [
  {
    title: 'Stale set',
    idea: 'A reader has missed and loads the row. Before it fills, a write commits, invalidates the entry, and is acknowledged. Then the reader fills the old value.',
    closedBy:
      'The write revokes the lease as well as dropping the entry, so the fill is refused. The reader still gets the loaded value.',
    goesWrong: 'A reader that missed before the write puts the old value back after it, and every later read gets it.',
    isPrevented: 'The write also revokes the reader’s lease, so its late fill is refused.',
    decidedBy: {
      file: 'redis/redis-commands.ts',
      line: 'const names = keys.map((key) => [entryKey(key), leaseKey(key)])',
      at: /W invalidate row/,
    },
    plan: plan([reads('R', 1), writes('W', 2)]),
    guarded: invalidating,
    without: 'an invalidation revokes no lease',
    broken: { ...invalidating, ...brokenBy('invalidate revokes no lease') },
    has: [/R load row → v1/, /W commit → v2/, /W invalidate row/, /R fill row with v1/],
  },
  {
    title: 'Slow reader over a write-through',
    idea: 'A reader has missed and loads the row. Meanwhile a writer leaves its new value in the cache, and the slow reader overwrites it with the old one.',
    closedBy: 'The writer claims the lease before its transaction. The previous holder may no longer fill.',
    goesWrong: 'A slow reader replaces the new value, which the writer has just put into the cache, with the old one.',
    isPrevented: 'The writer takes the lease before it commits, so the slow reader’s fill is refused.',
    decidedBy: { ...FILLS_FOR_THE_HOLDER, at: /R fill row with v1/ },
    plan: plan([reads('R', 1), writes('W', 2)]),
    guarded: filling,
    without: 'a fill checks no token',
    broken: { ...filling, ...brokenBy('fill checks no token') },
    has: [/R load row → v1/, /W claim row/, /W commit → v2/, /W fill row with v2/, /R fill row with v1/],
  },
  {
    title: 'Crossed writes',
    idea: 'Two writers commit in one order and fill in the opposite order: the older value remains.',
    closedBy:
      'The later claim holds the lease. The first writer’s fill is refused, and a writer whose fill is refused invalidates the entry.',
    goesWrong: 'The slower of two writers fills last, and leaves the older value in the cache.',
    isPrevented: 'Only the writer that took the lease last may fill, and the other one invalidates.',
    decidedBy: { ...FILLS_FOR_THE_HOLDER, at: /W1 fill row with v2/ },
    plan: plan([writes('W1', 1), writes('W2', 2)]),
    guarded: filling,
    without: 'a fill checks no token',
    broken: { ...filling, ...brokenBy('fill checks no token') },
    has: [/W1 commit → v2/, /W2 commit → v3/, /W2 fill row with v3/, /W1 fill row with v2/],
  },
  {
    title: 'Crossed writes, the entry evicted between them',
    idea: 'Two writers fill in the opposite order, and the newer value was evicted before the older one arrives: there is nothing left to compare it with.',
    closedBy: 'The lease decides, and it needs no entry and no remembered version.',
    goesWrong: 'The older value arrives at an empty cache, where a comparison of versions would accept it.',
    isPrevented: 'The lease decides, not a comparison with the entry, so the older value is refused even there.',
    decidedBy: { ...FILLS_FOR_THE_HOLDER, at: /W1 fill row with v2/ },
    plan: plan([writes('W1', 1), writes('W2', 2)], ['evict', 'entry row']),
    guarded: filling,
    without: 'a fill checks no token',
    broken: { ...filling, ...brokenBy('fill checks no token') },
    has: [/W1 commit → v2/, /W2 fill row with v3/, /evicts entry row/, /W1 fill row with v2/],
  },
  {
    title: 'Zombie holder',
    idea: 'A reader is paused past the end of its lease while it loads. Another reader takes the lease over, loads a newer value and fills it. Then the first reader wakes and fills the old value.',
    closedBy: 'The token decides: only the newest holder’s fill is accepted, however long its load took.',
    goesWrong: 'A reader that was paused for longer than its lease wakes up and overwrites the newer value.',
    isPrevented: 'Its token is no longer the one in the lease, so its fill is refused.',
    decidedBy: { ...FILLS_FOR_THE_HOLDER, at: /R1 fill row with v1/ },
    plan: plan([reads('R1', 1), writes('W', 2), reads('R2', 2)], ['pause', '0'], ['pass', 'lease'], ['wake', '0']),
    guarded: invalidating,
    without: 'a fill checks no token',
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
    idea: 'A reader is killed while it holds the lease.',
    closedBy: 'The lease ends, and the next reader gets it. (A live holder renews it.)',
    goesWrong: 'The reader that holds the lease is killed, and the next reader waits for it forever.',
    isPrevented: 'A lease ends after its time, and then the next reader gets it.',
    decidedBy: { file: 'redis/scripts.ts', line: 'if left > 0 then', at: /R2 acquire row → granted/ },
    plan: plan([reads('R1', 1), reads('R2', 2)], ['kill', '0']),
    guarded: locking,
    without: 'leases never end',
    broken: { ...locking, ...brokenBy('leases never end') },
    has: [/R1 acquire row → granted/, /kills P1/, /R2 acquire row → held/],
  },
  {
    title: 'Joined flight',
    idea: 'Readers of one process share loads. A reader that begins after the acknowledgement of a write joins a load from before the write.',
    closedBy:
      'A reader accepts only a result requested after it began. It waits for the load under way, and then reads the cache again.',
    goesWrong: 'A reader that begins after the write takes the result of a load that began before it.',
    isPrevented: 'A reader takes only a result that was requested after the reader began.',
    decidedBy: {
      file: 'single-flight.ts',
      line: 'if (answer !== undefined && answer.asOf > began) return answer',
      at: /R2 get row/,
    },
    plan: plan([reads('R1', 1), writes('W', 2), reads('R2', 1)]),
    guarded: invalidating,
    without: 'readers join any load under way',
    broken: { ...invalidating, ...brokenBy('readers join any load under way') },
    has: [/R1 load row → v1/, /W commit → v2/, /v2 is acknowledged/, /R2 begins/, /R2 returns v1/],
  },
  {
    title: 'Fill under a younger lease',
    idea: 'A load from before a write is filled under a lease granted after the write, which had no lease to revoke.',
    closedBy: 'A load begins after its lease was granted.',
    goesWrong:
      'The value is older than the lease under which it is filled, so the lease does not show that a write came between.',
    isPrevented: 'The reader gets its lease first and loads second, so a write during the load revokes that lease.',
    decidedBy: {
      file: 'strategies/cache-aside.ts',
      line: 'const acquired = await read.acquire()',
      at: /R load row → v1/,
    },
    plan: plan([reads('R', 1), writes('W', 2)]),
    guarded: invalidating,
    without: 'the row is loaded before the lease is requested',
    broken: { ...invalidating, variant: { cache: loadsFirst } },
    has: [/R load row → v1|R load → v1/, /W commit → v2/, /R acquire row → granted/, /R fill row with v1/],
  },
  {
    title: 'Tag race',
    idea: 'A write gives a tag a new epoch while a list with that tag is loaded. The list is filled with the new epoch, though it lacks the write.',
    closedBy: 'An entry carries the epochs from before its load. They no longer match, so the next read is a miss.',
    goesWrong: 'A list from before the write carries the tag’s epoch from after it, so it looks current.',
    isPrevented: 'The list carries the epoch that was read before the load, so the write’s new epoch makes it a miss.',
    decidedBy: {
      file: 'key-read.ts',
      line: 'this.#lease = { token, epochs: acquired.epochs }',
      at: /R get list, rows → nothing, epoch/,
    },
    plan: plan([reads('R', 1, { key: 'list', tags: ['rows'] }), writes('W', 2, LIST)]),
    guarded: invalidating,
    without: 'epochs are read after the load',
    broken: { ...invalidating, ...brokenBy('epochs are read after the load') },
    has: [/R load list → v1/, /W commit → v2/, /W new epoch for rows/, /R fill list with v1/],
  },
  {
    title: 'Crash between commit and invalidation',
    idea: 'A writer commits and is killed before it invalidates.',
    closedBy:
      'The outbox has a row from the same transaction, which names the keys and tags, and a relay invalidates them. Until then, reads may be old.',
    goesWrong: 'The writer is killed after its commit, and nothing invalidates the old entry.',
    isPrevented: 'The commit also wrote a row to the outbox, and another process invalidates by that row.',
    decidedBy: {
      file: 'postgres/outbox.ts',
      line: 'return deliverToAll([...attached], batch)',
      at: /outbox invalidate row/,
    },
    plan: plan([reads('R', 2), writes('W', 1)], ['kill', '0']),
    guarded: invalidating,
    without: 'there is no outbox',
    broken: { ...invalidating, variant: { hasOutbox: false } },
    has: [/R fill row with v1/, /W commit → v2/, /kills P1/],
  },
  {
    title: 'Lost invalidation',
    idea: 'The store does not answer, so a write is acknowledged although its invalidation may not have arrived.',
    closedBy:
      'The invalidation stays pending: until it is delivered, this process does not use the store. (Other processes may serve the old value until then, as the guarantee states.)',
    goesWrong:
      'The invalidation fails and is forgotten, so the process keeps serving the entry that it failed to invalidate.',
    isPrevented: 'The process remembers it, and does not use the store until it is delivered.',
    decidedBy: { file: 'resilience/resilient-store.ts', line: 'pending.add(keys, tags)', at: /v2 is acknowledged/ },
    plan: plan([reads('R', 1), writes('W', 1)], ['refuse', '0']),
    guarded: invalidating,
    without: 'the failed invalidation is forgotten',
    broken: {
      ...invalidating,
      backend: brokenBy('a failed invalidation is forgotten').backend,
      variant: { hasOutbox: false },
    },
    has: [/R fill row with v1/, /W commit → v2/, /refuses W's invalidate row/],
  },
]
