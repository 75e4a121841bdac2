/**
 * The races of the protocol as scripts. Gates decide which caller waits where, never time.
 *
 * Two processes run each race on one row, whose value is its version. One rule decides: a read that begins after a write was
 * acknowledged must not return an older version. The script returns the result of such a read.
 */
import type { Cache } from '../create-cache.ts'
import { type Gate, gate } from './gate.ts'

export interface Race {
  readonly title: string
  /** The safeguard that closes it. */
  readonly closedBy: string
  play(stage: Stage): Promise<RaceResult>
}

/** The strategy under test, in two processes on one store. */
export interface Stage {
  readonly p1: RacingCache
  readonly p2: RacingCache
  /** A third process that never renews its leases: it is paused, or dead. */
  readonly paused: RacingCache
  /** Evicts the entry under a key. Its lease stays. */
  evict(key: string): Promise<void>
}

/** The part of a cache that a race uses. Adapters for other libraries implement it too. */
export type RacingCache = Pick<Cache<number>, 'read' | 'write' | 'invalidate'>

export interface RaceResult {
  /** The oldest version returned by a read that began after the last write was acknowledged. */
  readonly served: number | undefined
  readonly acknowledged: number
}

/**
 * Whether the strategy lost the race: a read returned a value from before an acknowledged write.
 *
 * @example
 * ```ts
 * import { isLost, races, type Stage } from 'cache-core/testing'
 *
 * declare const stage: () => Stage // two processes with your cache on one store
 * for (const race of races) console.log(race.title, isLost(await race.play(stage())) ? 'lost' : 'won')
 * ```
 */
export function isLost({ served, acknowledged }: RaceResult): boolean {
  return served !== acknowledged
}

const KEY = 'row'
const TAG = 'rows'

/** The origin: one row, read and written through gates. */
class Row {
  version = 1

  /** Reads the row immediately and returns it once the gate is open. */
  load(handOver?: Gate): () => Promise<number> {
    return async () => {
      const version = this.version
      await handOver?.pass()
      return version
    }
  }

  /** Commits once the first gate is open; the writer gets the answer once the second is. */
  update({ commit, answer }: { commit?: Gate; answer?: Gate } = {}): () => Promise<number> {
    return async () => {
      await commit?.pass()
      const version = ++this.version
      await answer?.pass()
      return version
    }
  }
}

const change = { keys: [KEY], tags: [TAG], value: (version: number) => version }

/** Reads in both processes from now on. Twice, since the first read may fill the entry that the second finds. */
async function readAfterwards({ p1, p2 }: Stage, row: Row, tags: readonly string[] = []): Promise<RaceResult> {
  const served: (number | undefined)[] = []
  for (const cache of [p1, p2, p1, p2]) served.push((await cache.read(KEY, row.load(), { tags })).value)
  return {
    served: served.includes(undefined) ? undefined : Math.min(...(served as number[])),
    acknowledged: row.version,
  }
}

/**
 * @example
 * ```ts
 * import { isLost, races, type Stage } from 'cache-core/testing'
 *
 * declare const stage: () => Stage // two processes with your cache on one store
 * for (const race of races) console.log(race.title, isLost(await race.play(stage())) ? 'lost' : 'won')
 * ```
 */
export const races: readonly Race[] = [
  {
    title: 'stale set: a write commits during a load',
    closedBy: 'the write revokes the lease, so the fill is refused',
    async play(stage) {
      const row = new Row()
      const handOver = gate()
      const slowRead = stage.p1.read(KEY, row.load(handOver))
      await handOver.reached
      await stage.p2.write(change, row.update())
      handOver.open()
      await slowRead
      return readAfterwards(stage, row)
    },
  },
  {
    title: 'slow reader: a load begins before the commit of a write under way, and ends after its acknowledgement',
    closedBy: "the writer's claim takes the lease, or its invalidation revokes the reader's",
    async play(stage) {
      const row = new Row()
      const commit = gate()
      const handOver = gate()
      const write = stage.p2.write(change, row.update({ commit }))
      await commit.reached
      const slowRead = stage.p1.read(KEY, row.load(handOver))
      await handOver.reached
      commit.open()
      await write
      handOver.open()
      await slowRead
      return readAfterwards(stage, row)
    },
  },
  {
    title: 'crossed writes: the first to commit is the last to fill',
    closedBy: 'the later claim has the lease, and a refused fill invalidates',
    async play(stage) {
      const row = new Row()
      await stage.p1.read(KEY, row.load())
      const answer = gate()
      const first = stage.p1.write(change, row.update({ answer }))
      await answer.reached
      await stage.p2.write(change, row.update())
      answer.open()
      await first
      return readAfterwards(stage, row)
    },
  },
  {
    title: 'crossed writes, the entry evicted between them',
    closedBy: 'the claim, which needs no entry to compare with',
    async play(stage) {
      const row = new Row()
      const answer = gate()
      const first = stage.p1.write(change, row.update({ answer }))
      await answer.reached
      await stage.p2.write(change, row.update())
      await stage.evict(KEY)
      answer.open()
      await first
      return readAfterwards(stage, row)
    },
  },
  {
    title: 'zombie holder: a loader pauses past its lease and wakes after a write',
    closedBy: 'the token: only the newest holder fills',
    async play(stage) {
      const row = new Row()
      const handOver = gate()
      const zombie = stage.paused.read(KEY, row.load(handOver))
      await handOver.reached
      await stage.p2.write(change, row.update())
      await stage.p1.read(KEY, row.load()) // takes over and fills
      handOver.open()
      await zombie
      return readAfterwards(stage, row)
    },
  },
  {
    title: 'dead holder: a reader dies while it holds the lease',
    closedBy: 'the lease ends, and the next reader that asks is granted it',
    async play(stage) {
      const row = new Row()
      const never = gate()
      void stage.paused.read(KEY, row.load(never))
      await never.reached
      await stage.p2.write(change, row.update())
      return readAfterwards(stage, row)
    },
  },
  {
    title: 'joined flight: a reader that begins after a write joins a load from before the write',
    closedBy: 'a reader takes only an answer that was asked for after it began',
    async play(stage) {
      const row = new Row()
      const handOver = gate()
      const slowRead = stage.p1.read(KEY, row.load(handOver))
      await handOver.reached
      await stage.p2.write(change, row.update())
      const late = stage.p1.read(KEY, row.load())
      handOver.open()
      const served = (await late).value
      await slowRead
      const after = await readAfterwards(stage, row)
      return { ...after, served: Math.min(served!, after.served!) }
    },
  },
  {
    title: 'younger lease: a load from before a write ends under a lease granted after it',
    closedBy: 'a load begins after its lease was granted',
    async play(stage) {
      const row = new Row()
      const oldLoad = gate()
      const newLoad = gate()
      const slowRead = stage.p1.read(KEY, row.load(oldLoad))
      await oldLoad.reached
      await stage.p2.write(change, row.update())
      await stage.p2.invalidate({ keys: [KEY] })
      const leased = stage.p2.read(KEY, row.load(newLoad))
      await newLoad.reached
      oldLoad.open()
      await slowRead
      newLoad.open()
      await leased
      return readAfterwards(stage, row)
    },
  },
  {
    title: 'tag race: a tag is invalidated while a list that carries it is loaded',
    closedBy: "the tags' epochs are read before the load",
    async play(stage) {
      const row = new Row()
      const handOver = gate()
      const slowRead = stage.p1.read(KEY, row.load(handOver), { tags: [TAG] })
      await handOver.reached
      await stage.p2.write({ keys: [], tags: [TAG] }, row.update())
      handOver.open()
      await slowRead
      return readAfterwards(stage, row, [TAG])
    },
  },
]
