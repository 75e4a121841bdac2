import { checkOptions, checkText, type OptionNames } from '../check.ts'
import { CacheError } from '../errors.ts'
import { inTransaction, type PostgresPool, type PostgresQueries } from './postgres-pool.ts'

/** The keys and tags of some outbox rows. */
export interface Invalidation {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  /** Whether one of the rows says so. */
  readonly everything: boolean
}

/** Rows of the outbox, and the keys and tags they invalidate. */
export interface Batch extends Invalidation {
  readonly ids: readonly string[]
}

/** The relay's backlog. */
export interface Lag {
  /** Rows not marked as delivered. */
  readonly undelivered: number
  /** How long the oldest due row has been due, in milliseconds. 0 if none is due. */
  readonly lagMs: number
}

/** Rows marked by one statement. */
const MARKED_AT_ONCE = 10_000
/** Rows pruned by one statement. */
const PRUNED_AT_ONCE = 1_000

/** The location of an outbox's table. Both names are quoted, so they are case-sensitive. */
export interface OutboxPlace {
  /** Default `public`. At most 63 bytes. */
  readonly schema?: string
  /** Default `outbox`. At most 51 bytes, since its indexes are named after it. */
  readonly table?: string
}

const PLACE: OptionNames<OutboxPlace> = { schema: true, table: true }

/**
 * The statements that create the outbox's table, for a migration. Running them again changes nothing. Processes that may run them
 * at the same time must each use one transaction; `pool.query(outboxTable().join(';'))` is one.
 *
 * **Their result never changes**: a later version will add separate statements.
 *
 * | column | |
 * | --- | --- |
 * | `write_id` | unique for each write that marks its row itself; null: the relay delivers it immediately |
 * | `keys`, `tags`, `everything` | the invalidation |
 * | `due_at` | when the relay may take it |
 * | `delivered_at`, `delivered_to` | when all stores had acknowledged it, and on which runs of their servers |
 *
 * @throws CacheError `BAD_OPTION` for a name that Postgres would refuse or truncate
 *
 * @example
 * ```ts
 * import { outboxTable } from 'cache-core/postgres'
 *
 * for (const statement of outboxTable()) await pool.query(statement) // in a migration
 * ```
 */
export function outboxTable(place: OutboxPlace = {}): readonly string[] {
  checkOptions('outboxTable', place, PLACE)
  const { table, index } = namesIn(place)
  return [
    // "if not exists" alone fails while another session creates the table.
    `select pg_advisory_xact_lock(hashtextextended('cache-core outbox', 0))`,
    `create table if not exists ${table} (
      id bigint generated always as identity primary key,
      write_id text,
      keys text[] not null default '{}',
      tags text[] not null default '{}',
      everything boolean not null default false,
      created_at timestamptz not null default clock_timestamp(),
      due_at timestamptz not null default clock_timestamp(),
      delivered_at timestamptz,
      delivered_to text
    )`,
    `create index if not exists ${index('undelivered')} on ${table} (due_at) where delivered_at is null`,
    // Each new connection queries the rows delivered elsewhere: usually none of a day's rows.
    `create index if not exists ${index('delivered')} on ${table} (delivered_to) where delivered_at is not null`,
    `create index if not exists ${index('everything')} on ${table} (delivered_to, created_at) where everything`,
  ]
}

/** The operations of relay and writers on the outbox's table. Rejects when Postgres does. */
export class OutboxTable {
  readonly #pool: PostgresPool
  readonly #table: string

  /** @throws CacheError `BAD_OPTION` */
  constructor(pool: PostgresPool, place: OutboxPlace) {
    this.#pool = pool
    this.#table = namesIn(place).table
  }

  /** Resolves with the row's id. */
  async add(
    transaction: PostgresQueries,
    { keys, tags, everything }: Invalidation,
    writeId: string | undefined,
  ): Promise<string> {
    // A writer invalidates its own write. A relay that came first would revoke the claims of running writes.
    const dueAt = `clock_timestamp() + interval '${writeId === undefined ? 0 : 1} s'`
    const { rows } = await transaction.query<{ id: string }>(
      `insert into ${this.#table} (write_id, keys, tags, everything, due_at) values ($1, $2, $3, $4, ${dueAt})
      returning id::text`,
      [writeId, keys, tags, everything],
    )
    return rows[0]!.id
  }

  /** Whether there is anything for `takeDue`. A cheap query, for polling. */
  async hasDue(): Promise<boolean> {
    const { rows } = await this.#pool.query<{ found: boolean }>(
      `select exists (select from ${this.#table} where ${UNDELIVERED} and ${DUE}) as found`,
    )
    return rows[0]!.found
  }

  /**
   * Takes at most `limit` due rows that no other relay has taken. Marks them once `deliver` resolves with the server it delivered
   * to. If it rejects, or this process dies, the rows stay unchanged. Resolves with their number.
   *
   * @param all false: without the rows that say `everything`.
   */
  async takeDue(
    limit: number,
    all: boolean,
    deliver: (invalidation: Invalidation) => Promise<string | undefined>,
  ): Promise<number> {
    // Locks rows instead of remembering the last id, since transactions don't commit in the order of their ids.
    // Ordered by `due_at`, like the index. Ordered by `id`, each round of an outage might scan all rows delivered today.
    const taken = all ? DUE : `${DUE} and not everything`
    const due = `where ${UNDELIVERED} and ${taken} order by due_at limit ${limit} for update skip locked`
    return inTransaction(this.#pool, BEGIN, async (transaction) => {
      const batch = await this.#batch(transaction, due)
      if (batch.ids.length > 0) await this.#mark(transaction, batch.ids, await deliver(batch))
      return batch.ids.length
    })
  }

  /** All undelivered rows: due or not, locked by others or not. @param maxKeys without the keys beyond. Default: with all. */
  async undelivered(maxKeys?: number): Promise<Batch> {
    return this.#batch(this.#pool, `where ${UNDELIVERED}`, [], maxKeys)
  }

  /**
   * Invalidates everything by `deliver`, and adds a row that says so: `deliveredElsewhere` then skips what was delivered before it.
   * No row is added if `deliver` rejects.
   */
  async deliverEverything(deliver: () => Promise<string | undefined>): Promise<void> {
    await inTransaction(this.#pool, BEGIN, async (transaction) => {
      // Before it is delivered: rows that are delivered elsewhere meanwhile must be newer.
      const id = await this.add(transaction, { keys: [], tags: [], everything: true }, undefined)
      await this.#mark(transaction, [id], await deliver())
    })
  }

  /**
   * At most `limit` rows that were delivered, but not to this run of the server.
   *
   * @param after the id that theirs are greater than, in the order of their ids. Default: any rows.
   */
  async deliveredElsewhere(server: string, limit: number, after?: string): Promise<Batch> {
    // Rows delivered before this server dropped everything concern no entry that it has.
    const emptied = `select max(created_at) from ${this.#table} where everything and delivered_to = $1`
    // Not always in the order of their ids: Postgres might then scan the rows of a day, by their ids, to find that there are none.
    const page = after === undefined ? '' : 'and id > $2::bigint order by id'
    return this.#batch(
      this.#pool,
      // "is distinct from", in a form that can use the index.
      `where delivered_at is not null and (delivered_to < $1 or delivered_to > $1 or delivered_to is null)
      and delivered_at >= coalesce((${emptied}), '-infinity') ${page} limit ${limit}`,
      after === undefined ? [server] : [server, after],
    )
  }

  async mark(ids: readonly string[], server: string | undefined): Promise<void> {
    for (let i = 0; i < ids.length; i += MARKED_AT_ONCE) {
      await this.#mark(this.#pool, ids.slice(i, i + MARKED_AT_ONCE), server)
    }
  }

  /** As `mark`, for rows identified by their write ids. */
  async markWrites(writeIds: readonly string[], server: string | undefined): Promise<void> {
    const which = `${UNDELIVERED} and write_id = any($1)`
    await this.#pool.query(this.#marking(which), [writeIds, server])
  }

  /** Deletes one batch of the rows delivered longer than `keepMs` ago. Resolves with their number: 0 if there are none. */
  async prune(keepMs: number): Promise<number> {
    // The oldest rows have the lowest ids, so this batch shows whether there is anything to prune.
    const { rows } = await this.#pool.query<{ pruned: number }>(
      `with oldest as (select id, delivered_at from ${this.#table} order by id limit ${PRUNED_AT_ONCE}),
      gone as (
        delete from ${this.#table} where id in (
          select id from oldest where delivered_at < clock_timestamp() - $1::float8 * interval '1 ms'
        ) returning 1
      )
      select count(*)::integer as pruned from gone`,
      [keepMs],
    )
    return rows[0]!.pruned
  }

  async lag(): Promise<Lag> {
    const { rows } = await this.#pool.query<Lag>(
      `select count(*)::integer as undelivered,
        coalesce(greatest(0, extract(epoch from clock_timestamp() - min(due_at)) * 1000), 0)::float8 as "lagMs"
      from ${this.#table} where ${UNDELIVERED}`,
    )
    return rows[0]!
  }

  /** One statement, so it sees one snapshot. */
  async #batch(queries: PostgresQueries, which: string, values: unknown[] = [], maxKeys?: number): Promise<Batch> {
    const { rows } = await queries.query<Batch>(
      `with batch as materialized (select id, keys, tags, everything from ${this.#table} ${which}),
      touched as (select distinct unnest(keys) as key from batch limit ${maxKeys ?? 'all'})
      select
        coalesce((select array_agg(id::text order by id) from batch), '{}') as ids,
        coalesce((select array_agg(key) from touched), '{}') as keys,
        coalesce((select array_agg(distinct tag) from batch, unnest(tags) as tag), '{}') as tags,
        coalesce((select bool_or(everything) from batch), false) as everything`,
      values,
    )
    return rows[0]!
  }

  async #mark(queries: PostgresQueries, ids: readonly string[], server: string | undefined): Promise<void> {
    await queries.query(this.#marking('id = any($1::bigint[])'), [ids, server])
  }

  /** Skips rows locked by a relay, which marks them itself. */
  #marking(which: string): string {
    return `update ${this.#table} set delivered_at = clock_timestamp(), delivered_to = $2
      where id in (select id from ${this.#table} where ${which} for update skip locked)`
  }
}

/** A relay whose machine is gone may leave its connection open, and its rows locked, until TCP times out. */
const BEGIN = `begin; set local idle_in_transaction_session_timeout = '2min'`
const UNDELIVERED = 'delivered_at is null'
const DUE = 'due_at <= clock_timestamp()'

/** Postgres truncates longer names, so two of them could become equal. */
const MAX_NAME_BYTES = 63
const LONGEST_SUFFIX = '_undelivered'

function namesIn({ schema = 'public', table = 'outbox' }: OutboxPlace) {
  checkName('schema', schema, MAX_NAME_BYTES)
  checkName('table', table, MAX_NAME_BYTES - LONGEST_SUFFIX.length)
  return {
    table: `${quoted(schema)}.${quoted(table)}`,
    index: (suffix: 'undelivered' | 'delivered' | 'everything') => quoted(`${table}_${suffix}`),
  }
}

function checkName(option: string, name: string, maxBytes: number): void {
  checkText(option, name)
  const bytes = Buffer.byteLength(name)
  const wrong =
    name === ''
      ? 'is ""; give a name'
      : name.includes('\0')
        ? `${JSON.stringify(name)} contains a zero byte, which Postgres does not allow`
        : bytes > maxBytes
          ? `${JSON.stringify(name)} takes ${bytes} bytes; give at most ${maxBytes}`
          : undefined
  if (wrong !== undefined) throw new CacheError('BAD_OPTION', `${option} ${wrong}`)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
