import { newToken } from '../entry.ts'
import { checkNumber } from '../errors.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import { deliver, type InvalidationTarget } from './deliver.ts'
import { type Batch, type Lag, type OutboxPlace, OutboxTable } from './outbox-table.ts'
import { PollLoop } from './poll-loop.ts'
import type { PostgresPool, PostgresQueries } from './postgres-pool.ts'

export interface OutboxOptions extends OutboxPlace {
  /** A `pg.Pool`, or what looks like one. May be shared. */
  readonly pool: PostgresPool
  /** The store that caches over this database use. */
  readonly store: InvalidationTarget
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

/** The invalidations that a database's writes owe to a store, kept in the database until the store has acknowledged them. */
export interface Outbox {
  /** Adds a row in a write's own transaction, where no trigger does. */
  add(transaction: PostgresQueries, entry: OutboxEntry): Promise<void>
  /** Told that all that the write voids has been acknowledged: `Change.delivered`. Its row is marked soon after. */
  delivered(writeId: string): void
  /** Begins to deliver what is due, every `pollMs`, until `close`. Several processes may. */
  start(): void
  /**
   * Delivers all that is undelivered, due or not; before a process uses a store again that it could not reach, since
   * others may have written meanwhile. What was delivered to another server is delivered again.
   *
   * @param server the run of the server that the store leads to: `redisStore`'s `beforeUse` says it. Default: the same as before.
   * @throws what Postgres throws, and Error when the store did not acknowledge all of it
   */
  catchUp(server?: string): Promise<void>
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

/**
 * The outbox over its table (`outboxTable`). Works with several processes at once, in any order, however often.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, runtime = systemRuntime, onFailing, onDelivering } = options
  const pollMs = checkNumber('pollMs', options.pollMs ?? 200, { min: 10 })
  const keepMs = checkNumber('keepMs', options.keepMs ?? 86_400_000, { min: 0 })
  const table = new OutboxTable(options.pool, options)
  /** The run of the server behind the store, where it is known. */
  let server: string | undefined
  /** The one that got what had been delivered to others. */
  let replayedTo: string | undefined
  /** By the server that acknowledged them. */
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

  async function deliverDue(): Promise<void> {
    while (await table.hasDue()) {
      const taken = await table.takeDue(BATCH_ROWS, async (voids) => {
        const before = server // another that comes meanwhile need not have got it
        await deliver(store, voids)
        return before
      })
      if (taken < BATCH_ROWS) return
    }
  }

  async function deliverNow(batch: Batch): Promise<void> {
    const before = server
    await deliver(store, batch)
    await table.mark(batch.ids, before)
  }

  /** What was acknowledged by one server may be lacking in another that was restored, or has taken over. */
  async function replay(to: string): Promise<void> {
    if (to === replayedTo) return
    const batch = await table.deliveredElsewhere(to, MAX_REPLAYED + 1)
    if (batch.ids.length <= MAX_REPLAYED) await deliverNow(batch)
    else {
      // One more row for all of them, so that whoever comes next knows that it is done. Not left to the relays: another's
      // may still lead to the server before.
      const voids = { keys: [], tags: batch.tags, everything: true }
      const id = await table.add(options.pool, voids, undefined)
      await deliverNow({ ...voids, ids: [id] })
    }
    replayedTo = to
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
    async add(transaction, { keys = [], tags = [], everything = false, writeId }) {
      await table.add(transaction, { keys, tags, everything }, writeId)
    },

    delivered(writeId) {
      const known = toMark.get(server)
      if (known) known.push(writeId)
      else toMark.set(server, [writeId])
    },

    start: () => loop.start(),

    async catchUp(current = server) {
      server = current
      // In this order: a row may be marked meanwhile as delivered to the server before, never the other way round.
      await deliverNow(await table.undelivered())
      if (current !== undefined) await replay(current)
    },

    lag: () => table.lag(),

    async close() {
      await loop.stop()
      await markWrites().catch(() => {})
    },
  }
}
