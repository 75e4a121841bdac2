import { newToken } from '../entry.ts'
import { CacheError, checkNumber } from '../errors.ts'
import type { InvalidationSource, InvalidationTarget } from '../ports/invalidation-source.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import { deliver } from './deliver.ts'
import { type Batch, type Invalidation, type Lag, type OutboxPlace, OutboxTable } from './outbox-table.ts'
import { PollLoop } from './poll-loop.ts'
import type { PostgresPool, PostgresQueries } from './postgres-pool.ts'

export interface OutboxOptions extends OutboxPlace {
  /** A `pg.Pool`, or what looks like one. May be shared. */
  readonly pool: PostgresPool
  /** How often it is looked for rows to deliver. Milliseconds, at least 10. Default 200. */
  readonly pollMs?: number
  /**
   * How long delivered rows are kept, to be delivered again to a Redis that was restored or has taken over. Milliseconds;
   * at least the longest TTL of an entry, since older entries are gone by themselves. Default 86_400_000, a day.
   */
  readonly keepMs?: number
  /** Called when delivering begins to fail, with the cause. It is tried again until it succeeds. */
  readonly onFailing?: (error: unknown) => void
  /** Called when it succeeds again. */
  readonly onDelivering?: () => void
  /** Default the process's own. */
  readonly runtime?: Pick<Runtime, 'every' | 'now'>
}

/** What a write touched. */
export interface OutboxEntry {
  readonly keys?: readonly string[]
  readonly tags?: readonly string[]
  readonly everything?: boolean
  /** Given, the writer promises to call `delivered` with it; the relay then leaves the row alone for a second. */
  readonly writeId?: string
}

/**
 * What a database's writes invalidate, kept in the database until the stores that cache over it have acknowledged it.
 *
 * A store that is built with it attaches itself: `redisStore({ …, outbox })`, `memoryStore({ outbox })`. Each row is
 * delivered to all attached stores, and is marked as delivered once **all of them** have acknowledged it; until then it is
 * delivered again, to all. So processes that share a table attach the same stores, and a store that is away holds up the
 * rows for the others too: give stores on different servers an outbox, and a table, of their own.
 */
export interface Outbox extends InvalidationSource {
  /** Adds a row in a write's own transaction, where no trigger does. */
  add(transaction: PostgresQueries, entry: OutboxEntry): Promise<void>
  /**
   * Told that the store has acknowledged all that the write invalidates: `isConfirmed`. Its row is marked soon after.
   * With several stores attached the row is left to the relay, since a write knows of its own store alone.
   */
  delivered(writeId: string): void
  /**
   * Begins to deliver what is due, every `pollMs`, until `close`. Several processes may.
   *
   * @throws CacheError `BAD_OPTION` when no store is attached
   */
  start(): void
  /**
   * Resolves once each store that is attached now has caught up with what was written while this process was away: its
   * reads need no longer go past the cache. Never rejects; waits for as long as a server or the database is away.
   */
  caughtUp(): Promise<void>
  /** How far behind it is. */
  lag(): Promise<Lag>
  /** Stops, and marks what was delivered. Never rejects. */
  close(): Promise<void>
}

/** Rows that one transaction takes. */
const BATCH_ROWS = 500
/** Above so many rows to be delivered again it is simpler to void everything. */
const MAX_REPLAYED = 10_000
const PRUNE_EVERY_MS = 60_000

/** A new id for one write. */
export const newWriteId = newToken

/** A store that is attached. */
interface Attached {
  readonly target: InvalidationTarget
  /** The run of its server, once it was asked. */
  run?: string
  /** The runs of all that were attached when it last got what had been delivered elsewhere. */
  replayedTo?: string
  readonly caughtUp: PromiseWithResolvers<void>
}

/**
 * The outbox over its table (`outboxTable`). Works with several processes at once, in any order, however often.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { runtime = systemRuntime, onFailing, onDelivering } = options
  const pollMs = checkNumber('pollMs', options.pollMs ?? 200, { min: 10 })
  const keepMs = checkNumber('keepMs', options.keepMs ?? 86_400_000, { min: 0 })
  const table = new OutboxTable(options.pool, options)
  const attached = new Set<Attached>()
  /** By the runs that acknowledged them. */
  const toMark = new Map<string | undefined, string[]>()
  let prunedAt = Number.NEGATIVE_INFINITY

  async function markWrites(): Promise<void> {
    // Those of now: what comes while they are marked is for the next round, or the relay would never get to its work.
    const known = [...toMark]
    toMark.clear()
    for (const [acknowledgedBy, writeIds] of known) {
      // Not tried again when it fails: an unmarked row costs one more invalidation, no more.
      await table.markWrites(writeIds, acknowledgedBy)
    }
  }

  /** Delivers to all that are attached now. Resolves with the runs that acknowledged it. */
  async function deliverToAll(invalidation: Invalidation, stores = [...attached]): Promise<string | undefined> {
    if (stores.length === 0) throw new Error('no store is attached any more')
    const before = runsOf(stores) // others that come meanwhile need not have got it
    await deliver(
      stores.map(({ target }) => target),
      invalidation,
    )
    return before
  }

  async function deliverDue(): Promise<void> {
    while (attached.size > 0 && (await table.hasDue())) {
      const taken = await table.takeDue(BATCH_ROWS, (batch) => deliverToAll(batch))
      if (taken < BATCH_ROWS) return
    }
  }

  async function deliverNow(batch: Batch, stores: Attached[]): Promise<void> {
    await table.mark(batch.ids, await deliverToAll(batch, stores))
  }

  /** All that are attached, once each has said which run it leads to: those that come meanwhile included. */
  async function askedStores(): Promise<Attached[]> {
    for (;;) {
      const stores = [...attached]
      await Promise.all(stores.map(askRun))
      if (stores.length === attached.size && stores.every((store) => attached.has(store))) return stores
    }
  }

  /** Delivers all that is undelivered, due or not, and what was delivered elsewhere: to all stores, whichever asks. */
  async function catchUp(): Promise<void> {
    const stores = await askedStores()
    const current = runsOf(stores)
    // In this order: a row may be marked meanwhile as delivered to the server before, never the other way round.
    await deliverNow(await table.undelivered(), stores)
    if (current !== undefined) await replay(current, stores)
  }

  /** What was acknowledged by one server may be lacking in another that was restored, or has taken over. */
  async function replay(to: string, stores: Attached[]): Promise<void> {
    if (stores.every(({ replayedTo }) => replayedTo === to)) return
    const batch = await table.deliveredElsewhere(to, MAX_REPLAYED + 1)
    if (batch.ids.length <= MAX_REPLAYED) await deliverNow(batch, stores)
    else {
      // One more row for all of them, so that whoever comes next knows that it is done. Not left to the relays: another's
      // may still lead to the server before.
      const all = { keys: [], tags: batch.tags, everything: true }
      const id = await table.add(options.pool, all, undefined)
      await deliverNow({ ...all, ids: [id] }, stores)
    }
    for (const store of stores) store.replayedTo = to
  }

  async function prune(): Promise<void> {
    if (runtime.now() - prunedAt < PRUNE_EVERY_MS) return
    prunedAt = runtime.now()
    await table.prune(keepMs)
  }

  const loop = new PollLoop({
    runtime,
    everyMs: pollMs,
    async work() {
      await markWrites()
      await deliverDue()
      await prune()
    },
    onFailing,
    onWorking: onDelivering,
  })

  return {
    attach(target) {
      const store: Attached = { target, caughtUp: Promise.withResolvers() }
      if (target.serverRun === undefined) store.caughtUp.resolve()
      attached.add(store)
      return {
        async catchUp() {
          await catchUp()
          store.caughtUp.resolve()
        },
        detach() {
          attached.delete(store)
          store.caughtUp.resolve()
        },
      }
    },

    async add(transaction, { keys = [], tags = [], everything = false, writeId }) {
      await table.add(transaction, { keys, tags, everything }, writeId)
    },

    delivered(writeId) {
      if (attached.size !== 1) return // the others have not heard of it
      const acknowledgedBy = runsOf([...attached])
      const known = toMark.get(acknowledgedBy)
      if (known) known.push(writeId)
      else toMark.set(acknowledgedBy, [writeId])
    },

    start() {
      if (attached.size === 0) {
        const remedy = 'build the store with it first: redisStore({ …, outbox })'
        throw new CacheError('BAD_OPTION', `no store is attached to this outbox, so it has nobody to tell; ${remedy}`)
      }
      loop.start()
    },

    async caughtUp() {
      await Promise.all([...attached].map((store) => store.caughtUp.promise))
    },

    lag: () => table.lag(),

    async close() {
      await loop.stop()
      await markWrites().catch(() => {})
    },
  }
}

async function askRun(store: Attached): Promise<void> {
  const run = await store.target.serverRun?.()
  if (run !== undefined) store.run = run
}

/**
 * The runs of all these stores' servers. One for each store, though they be the same: what was delivered to one store
 * is not what was delivered to two. `undefined` where one of them is not known yet, or there are no servers.
 */
function runsOf(stores: readonly Attached[]): string | undefined {
  const runs = stores.filter(({ target }) => target.serverRun !== undefined).map(({ run }) => run)
  return runs.length === 0 || runs.includes(undefined) ? undefined : runs.join(' ')
}
