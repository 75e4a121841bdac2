import { CacheError, checkText } from '../errors.ts'
import { inTransaction, type PostgresPool, type PostgresQueries } from './postgres-pool.ts'

/** What the writes of some outbox rows touched. */
export interface Invalidation {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  /** Then `keys` may lack some. */
  readonly everything: boolean
}

/** Rows of the outbox, and what they void. */
export interface Batch extends Invalidation {
  readonly ids: readonly string[]
}

/** What is still to be done. */
export interface Lag {
  /** Rows that nobody has marked as delivered. */
  readonly undelivered: number
  /** For how long the oldest row that is due has been. 0 when none is. */
  readonly lagMs: number
}

/** Above so many keys it is simpler to void everything. */
const MAX_KEYS = 10_000
/** Rows marked by one statement. */
const MARKED_AT_ONCE = 10_000
/** Rows pruned by one statement. */
const PRUNED_AT_ONCE = 1_000

/** Where an outbox's table is. Both names are taken as they are, capitals included, and quoted. */
export interface OutboxPlace {
  /** Default `public`. At most 63 bytes. */
  readonly schema?: string
  /** Default `outbox`. At most 51 bytes, since its indexes are named after it. */
  readonly table?: string
}

/**
 * The statements that make the outbox's table, for a migration. Running them again changes nothing. Processes that may run
 * them at the same time must each do so in one transaction, which is also what `pool.query(outboxTable().join(';'))` is.
 *
 * **What they make never changes**: what a later version needs will be statements of their own.
 *
 * | column | |
 * | --- | --- |
 * | `write_id` | unique for each write that marks its row itself; null: the relay delivers it at once |
 * | `keys`, `tags`, `everything` | what the write touched |
 * | `due_at` | from then on the relay takes it |
 * | `delivered_at`, `delivered_to` | when all stores had acknowledged its invalidation, and on which runs of their servers |
 *
 * @throws CacheError `BAD_OPTION` for a name that Postgres would refuse, or cut
 */
export function outboxTable(place: OutboxPlace = {}): readonly string[] {
  const { table, index } = namesIn(place)
  return [
    // "if not exists" alone fails for who comes while another makes it.
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
    // Whoever connects asks what was delivered elsewhere: mostly nothing, of all the rows of a day.
    `create index if not exists ${index('delivered')} on ${table} (delivered_to) where delivered_at is not null`,
    `create index if not exists ${index('everything')} on ${table} (delivered_to, created_at) where everything`,
  ]
}

/** The outbox's table, as its relay and its writers see it. Rejects when Postgres does. */
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
    // A writer voids what it wrote itself. A relay that came first would void the claims of writes under way.
    const dueAt = `clock_timestamp() + interval '${writeId === undefined ? 0 : 1} s'`
    const { rows } = await transaction.query<{ id: string }>(
      `insert into ${this.#table} (write_id, keys, tags, everything, due_at) values ($1, $2, $3, $4, ${dueAt})
      returning id::text`,
      [writeId, keys, tags, everything],
    )
    return rows[0]!.id
  }

  /** Whether there is anything for `takeDue`. The cheap question: asked again and again. */
  async hasDue(): Promise<boolean> {
    const { rows } = await this.#pool.query<{ found: boolean }>(
      `select exists (select from ${this.#table} where ${UNDELIVERED} and ${DUE}) as found`,
    )
    return rows[0]!.found
  }

  /**
   * Takes `limit` due rows at most that no other relay has taken, and marks them once `deliver` resolves with the server
   * it delivered to. When it rejects, or this process dies, they are as they were. Resolves with their number.
   */
  async takeDue(limit: number, deliver: (voids: Invalidation) => Promise<string | undefined>): Promise<number> {
    // Locked rows, not those above the last id: transactions don't commit in the order of their ids.
    // By `due_at`, as their index has them: by `id` Postgres may walk through all that was delivered today, each round of an outage.
    const due = `where ${UNDELIVERED} and ${DUE} order by due_at limit ${limit} for update skip locked`
    // A relay whose machine is gone may leave its connection open, and its rows locked, for as long as TCP lets it.
    const begin = `begin; set local idle_in_transaction_session_timeout = '2min'`
    return inTransaction(this.#pool, begin, async (transaction) => {
      const batch = await this.#batch(transaction, due)
      if (batch.ids.length > 0) await this.#mark(transaction, batch.ids, await deliver(batch))
      return batch.ids.length
    })
  }

  /** All that nobody has delivered: due or not, locked by others or not. */
  async undelivered(): Promise<Batch> {
    return this.#batch(this.#pool, `where ${UNDELIVERED}`)
  }

  /** `limit` rows at most that were delivered, but not to this server since it was started. */
  async deliveredElsewhere(server: string, limit: number): Promise<Batch> {
    // What was delivered before this server was told to drop everything concerns nothing that it has.
    const emptied = `select max(created_at) from ${this.#table} where everything and delivered_to = $1`
    return this.#batch(
      this.#pool,
      // "is distinct from", as an index can answer it.
      `where delivered_at is not null and (delivered_to < $1 or delivered_to > $1 or delivered_to is null)
      and delivered_at >= coalesce((${emptied}), '-infinity') limit ${limit}`,
      [server],
    )
  }

  async mark(ids: readonly string[], server: string | undefined): Promise<void> {
    for (let i = 0; i < ids.length; i += MARKED_AT_ONCE) {
      await this.#mark(this.#pool, ids.slice(i, i + MARKED_AT_ONCE), server)
    }
  }

  /** As `mark`, for rows that their writers know by the ids of their writes. */
  async markWrites(writeIds: readonly string[], server: string | undefined): Promise<void> {
    const which = `${UNDELIVERED} and write_id = any($1)`
    await this.#pool.query(this.#marking(which), [writeIds, server])
  }

  /** Deletes what was delivered longer than `keepMs` ago. Resolves with the number of rows. */
  async prune(keepMs: number): Promise<number> {
    let pruned = 0
    for (;;) {
      // The oldest come first, so that a look at these says whether there is anything to prune.
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
      pruned += rows[0]!.pruned
      if (rows[0]!.pruned === 0) return pruned
    }
  }

  async lag(): Promise<Lag> {
    const { rows } = await this.#pool.query<Lag>(
      `select count(*)::integer as undelivered,
        coalesce(greatest(0, extract(epoch from clock_timestamp() - min(due_at)) * 1000), 0)::float8 as "lagMs"
      from ${this.#table} where ${UNDELIVERED}`,
    )
    return rows[0]!
  }

  /** One snapshot: what it tells of is what was committed when it began. */
  async #batch(queries: PostgresQueries, which: string, values: unknown[] = []): Promise<Batch> {
    const { rows } = await queries.query<Batch>(
      `with batch as materialized (select id, keys, tags, everything from ${this.#table} ${which}),
      touched as (select distinct unnest(keys) as key from batch limit ${MAX_KEYS + 1})
      select
        coalesce((select array_agg(id::text) from batch), '{}') as ids,
        coalesce((select array_agg(key) from touched), '{}') as keys,
        coalesce((select array_agg(distinct tag) from batch, unnest(tags) as tag), '{}') as tags,
        coalesce((select bool_or(everything) from batch), false) as everything`,
      values,
    )
    const { ids, keys, tags, everything } = rows[0]!
    return { ids, keys, tags, everything: everything || keys.length > MAX_KEYS }
  }

  async #mark(queries: PostgresQueries, ids: readonly string[], server: string | undefined): Promise<void> {
    await queries.query(this.#marking('id = any($1::bigint[])'), [ids, server])
  }

  /** Nobody waits for a row that a relay holds: it marks that itself. */
  #marking(which: string): string {
    return `update ${this.#table} set delivered_at = clock_timestamp(), delivered_to = $2
      where id in (select id from ${this.#table} where ${which} for update skip locked)`
  }
}

const UNDELIVERED = 'delivered_at is null'
const DUE = 'due_at <= clock_timestamp()'

/** Postgres cuts longer ones, and then two may be one. */
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
        ? `${JSON.stringify(name)} has a zero byte, which Postgres has no place for`
        : bytes > maxBytes
          ? `${JSON.stringify(name)} takes ${bytes} bytes; give at most ${maxBytes}`
          : undefined
  if (wrong !== undefined) throw new CacheError('BAD_OPTION', `${option} ${wrong}`)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
