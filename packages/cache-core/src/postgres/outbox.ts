import { checkText } from '../check.ts'
import { newToken } from '../entry.ts'
import { CacheError } from '../errors.ts'
import { PollLoop } from '../poll-loop.ts'
import type { InvalidationSource } from '../ports/invalidation-source.ts'
import { type Attached, askedStores, deliverToAll, runsOf } from './attached-stores.ts'
import { isRefused, MAX_KEYS } from './deliver.ts'
import { DeliveredWrites } from './delivered-writes.ts'
import { checkOutboxEntry, checkOutboxOptions, type OutboxEntry, type OutboxOptions } from './outbox-options.ts'
import { type Batch, type Lag, OutboxTable } from './outbox-table.ts'
import type { PostgresQueries } from './postgres-pool.ts'

/**
 * Keeps the invalidations of a database's writes in the database until the stores over it have acknowledged them.
 *
 * A store that is built with it attaches itself: `redisStore({ …, outbox })`, `memoryStore({ outbox })`. Each row is delivered to
 * all attached stores, and is marked as delivered once **all of them** have acknowledged it. Until then it is delivered again, to
 * all of them. One process delivers a row, so a memory store receives only the rows that its own process delivers. Processes that
 * share a table must attach the same stores. A store that is unavailable delays the rows for the others too, so give stores on different
 * servers separate outboxes and tables.
 */
export interface Outbox extends InvalidationSource {
  /**
   * Adds a row in a write's own transaction, if no trigger does.
   *
   * @throws CacheError `BAD_OPTION`, before anything is sent; the error of the transaction's `query`
   *
   * @example
   * ```ts
   * import type { Outbox } from 'cache-core/postgres'
   *
   * declare const outbox: Outbox
   * const client = await pool.connect()
   * await client.query('begin')
   * await client.query('update posts set title = $1 where id = 42', ['New title'])
   * await outbox.add(client, { keys: ['post:42'], tags: ['posts'] })
   * await client.query('commit')
   * client.release()
   * ```
   */
  add(transaction: PostgresQueries, entry: OutboxEntry): Promise<void>
  /**
   * Call it once the store has acknowledged all invalidations of the write: `isConfirmed`. Its row is marked within 200 ms, also in
   * a process that does not `start`. A row that can't be marked is left to the relay, and so are those above 10,000 in that time.
   * With several attached stores, the row is left to the relay, since a write knows only its own store.
   *
   * @throws CacheError `BAD_OPTION` for an invalid id
   *
   * @example
   * ```ts
   * import type { Outbox } from 'cache-core/postgres'
   *
   * declare const outbox: Outbox
   * declare const writeId: string // of the row that the write added
   * const { isConfirmed } = await cache.write({ keys: ['post:42'] }, () => db.renamePost(42, 'New title'))
   * if (isConfirmed) outbox.delivered(writeId)
   * ```
   */
  delivered(writeId: string): void
  /**
   * Delivers due rows every `pollMs`, until `close`. Several processes may do so.
   *
   * @throws CacheError `BAD_OPTION` if no store is attached
   *
   * @example
   * ```ts
   * import type { Outbox } from 'cache-core/postgres'
   *
   * declare const outbox: Outbox
   * outbox.start()
   * ```
   */
  start(): void
  /**
   * Resolves once each store that is attached now has caught up with the writes made while this process was down, so that reads
   * may use it. Never rejects; waits while a server or the database is unavailable.
   *
   * @example
   * ```ts
   * import type { Outbox } from 'cache-core/postgres'
   *
   * declare const outbox: Outbox
   * await outbox.caughtUp() // before the process says that it is ready
   * ```
   */
  caughtUp(): Promise<void>
  /**
   * The relay's backlog.
   *
   * @example
   * ```ts
   * import type { Outbox } from 'cache-core/postgres'
   *
   * declare const outbox: Outbox
   * console.log(await outbox.lag())
   * ```
   */
  lag(): Promise<Lag>
  /**
   * Stops, and marks delivered writes. Never rejects.
   *
   * @example
   * ```ts
   * import type { Outbox } from 'cache-core/postgres'
   *
   * declare const outbox: Outbox
   * await outbox.close()
   * ```
   */
  close(): Promise<void>
}

/** Rows per transaction. */
const BATCH_ROWS = 500
/** Above this many rows to replay it is simpler to invalidate everything. Also the rows replayed at once. */
const MAX_REPLAYED = 10_000
const PRUNE_EVERY_MS = 60_000

/**
 * A new id for one write.
 *
 * @example
 * ```ts
 * import { newWriteId, type Outbox } from 'cache-core/postgres'
 *
 * declare const outbox: Outbox
 * declare const rename: (id: number, title: string, writeId: string) => Promise<void> // writes the outbox's row in its transaction
 * const writeId = newWriteId()
 * const { isConfirmed } = await cache.write({ keys: ['post:42'] }, () => rename(42, 'New title', writeId))
 * if (isConfirmed) outbox.delivered(writeId)
 * ```
 */
export const newWriteId = newToken

/**
 * The outbox over its table (`outboxTable`). Safe with several processes: rows may be delivered in any order, and repeatedly.
 *
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { createOutbox } from 'cache-core/postgres'
 * import { redisStore } from 'cache-core/redis'
 *
 * const outbox = createOutbox({ pool })
 * const store = redisStore({ client: redis, prefix: 'blog:', outbox })
 * outbox.start()
 * ```
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { runtime, pollMs, keepMs } = checkOutboxOptions(options)
  const table = new OutboxTable(options.pool, options)
  const attached = new Set<Attached>()
  const deliveredWrites = new DeliveredWrites(table, runtime)
  let prunedAt = Number.NEGATIVE_INFINITY

  /**
   * Delivers all due rows. Rows that say `everything` hold up no others: a server may refuse only those.
   *
   * @returns why they could not be delivered
   * @throws if others could not
   */
  async function deliverDue(): Promise<{ readonly error: unknown } | undefined> {
    let failure: { readonly error: unknown } | undefined
    while (attached.size > 0 && (await table.hasDue())) {
      let isEverything = false
      try {
        const taken = await table.takeDue(BATCH_ROWS, failure === undefined, (batch) => {
          isEverything = batch.everything
          return deliverToAll([...attached], batch)
        })
        if (taken < BATCH_ROWS) break
      } catch (error) {
        if (!isEverything) throw error
        failure = { error }
      }
    }
    return failure
  }

  async function deliverNow(batch: Batch, stores: Attached[]): Promise<void> {
    await table.mark(batch.ids, await deliverToAll(stores, batch))
  }

  /** Delivers all undelivered rows, due or not, and those delivered elsewhere, to all stores, regardless of which one asks. */
  async function catchUp(): Promise<void> {
    const stores = await askedStores(attached)
    const current = runsOf(stores)
    // In this order: meanwhile a row may be marked as delivered to the previous server, but is never unmarked.
    await deliverUndelivered(stores)
    if (current !== undefined) await replay(current, stores)
  }

  /** After a long outage there may be millions of keys, which are read only if everything can't be invalidated. */
  async function deliverUndelivered(stores: Attached[]): Promise<void> {
    const batch = await table.undelivered(MAX_KEYS + 1)
    const isTooMany = batch.keys.length > MAX_KEYS
    try {
      await deliverNow(isTooMany ? { ...batch, keys: [], tags: [], everything: true } : batch, stores)
    } catch (error) {
      if (!isTooMany || batch.everything || !isRefused(error)) throw error
      await deliverNow(await table.undelivered(), stores)
    }
  }

  /** Invalidations that one server acknowledged may be missing on a server that was restored or has taken over. */
  async function replay(to: string, stores: Attached[]): Promise<void> {
    if (stores.every(({ replayedTo }) => replayedTo === to)) return
    const batch = await table.deliveredElsewhere(to, MAX_REPLAYED + 1)
    if (batch.ids.length <= MAX_REPLAYED) await deliverNow(batch, stores)
    else {
      try {
        const all = { keys: [], tags: [], everything: true }
        await table.deliverEverything(() => deliverToAll(stores, all))
      } catch (error) {
        if (!isRefused(error)) throw error
        await replayByName(to, stores)
      }
    }
    for (const store of stores) store.replayedTo = to
  }

  async function replayByName(to: string, stores: Attached[]): Promise<void> {
    for (let after: string | undefined = '0'; after !== undefined; ) {
      const batch: Batch = await table.deliveredElsewhere(to, MAX_REPLAYED, after)
      await deliverNow(batch, stores)
      // A short page is the last one: what others mark meanwhile as delivered elsewhere, they replay themselves.
      after = batch.ids.length < MAX_REPLAYED ? undefined : batch.ids.at(-1)
    }
  }

  async function prune(): Promise<void> {
    if (runtime.now() - prunedAt < PRUNE_EVERY_MS) return
    prunedAt = runtime.now()
    // Rows that come due meanwhile wait for one batch, not for all.
    while ((await table.prune(keepMs)) > 0) await deliverDue()
  }

  const loop = new PollLoop({
    runtime,
    everyMs: pollMs,
    async work() {
      const failure = await deliverDue()
      await prune()
      if (failure !== undefined) throw failure.error
    },
    onFailing: options.onFailing,
    onWorking: options.onDelivering,
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

    async add(transaction, entry) {
      checkOutboxEntry(transaction, entry)
      const { keys = [], tags = [], everything = false, writeId } = entry
      await table.add(transaction, { keys, tags, everything }, writeId)
    },

    delivered(writeId) {
      checkText('writeId', writeId)
      if (attached.size !== 1) return // the other stores have not received it
      deliveredWrites.add(writeId, runsOf([...attached]))
    },

    start() {
      if (attached.size === 0) {
        const remedy = 'build the store with it first: redisStore({ …, outbox })'
        throw new CacheError(
          'BAD_OPTION',
          `no store is attached to this outbox, so it has nothing to deliver to; ${remedy}`,
        )
      }
      loop.start()
    },

    async caughtUp() {
      await Promise.all([...attached].map((store) => store.caughtUp.promise))
    },

    lag: () => table.lag(),

    async close() {
      await loop.stop()
      await deliveredWrites.flush()
    },
  }
}
