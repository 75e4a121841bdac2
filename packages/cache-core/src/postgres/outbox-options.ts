import {
  badOption,
  checkFunction,
  checkMethods,
  checkNames,
  checkNumber,
  checkOptions,
  checkText,
  MAX_TIMER_MS,
  MAX_TTL_MS,
  type OptionNames,
} from '../check.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import type { OutboxPlace } from './outbox-table.ts'
import type { PostgresPool, PostgresQueries } from './postgres-pool.ts'

export interface OutboxOptions extends OutboxPlace {
  /** A `pg.Pool` or equivalent. May be shared. */
  readonly pool: PostgresPool
  /** How often to look for rows to deliver. Milliseconds, 10 to 2_147_483_647. Default 200. */
  readonly pollMs?: number
  /**
   * How long delivered rows are kept, for replay to a Redis that was restored or has taken over. At least the longest TTL of an
   * entry; older entries have expired. Milliseconds, 0 to 315_360_000_000 (10 years), default 86_400_000 (a day).
   */
  readonly keepMs?: number
  /** Called when delivery begins to fail, with the cause. Delivery is retried until it succeeds. */
  readonly onFailing?: (error: unknown) => void
  /** Called when it succeeds again. */
  readonly onDelivering?: () => void
  /** Default the process's own. */
  readonly runtime?: Pick<Runtime, 'every' | 'now'>
}

/** The keys and tags that a write touched. */
export interface OutboxEntry {
  readonly keys?: readonly string[]
  readonly tags?: readonly string[]
  readonly everything?: boolean
  /** For a writer that will call `delivered` with it: the relay leaves the row alone for 1 s. */
  readonly writeId?: string
}

const OPTIONS: OptionNames<OutboxOptions> = {
  pool: true,
  schema: true,
  table: true,
  pollMs: true,
  keepMs: true,
  onFailing: true,
  onDelivering: true,
  runtime: true,
}
const ENTRY: OptionNames<OutboxEntry> = { keys: true, tags: true, everything: true, writeId: true }

/** Checks all options except schema and table, which `OutboxTable` checks. @throws CacheError `BAD_OPTION` */
export function checkOutboxOptions(options: OutboxOptions) {
  checkOptions('createOutbox', options, OPTIONS)
  const { pool, pollMs = 200, keepMs = 86_400_000, onFailing, onDelivering, runtime = systemRuntime } = options
  checkMethods('pool', pool, ['query', 'connect'], 'give a pg.Pool')
  checkMethods('runtime', runtime, ['now', 'every'], 'give an object with the functions now and every')
  if (onFailing !== undefined) checkFunction('onFailing', onFailing)
  if (onDelivering !== undefined) checkFunction('onDelivering', onDelivering)
  return {
    runtime,
    pollMs: checkNumber('pollMs', pollMs, { min: 10, max: MAX_TIMER_MS }),
    keepMs: checkNumber('keepMs', keepMs, { min: 0, max: MAX_TTL_MS }),
  }
}

/** @throws CacheError `BAD_OPTION` */
export function checkOutboxEntry(transaction: PostgresQueries, entry: OutboxEntry): void {
  checkMethods('transaction', transaction, ['query'], "give the client that the write's transaction runs on")
  checkOptions('outbox.add', entry, ENTRY)
  const { keys, tags, everything, writeId } = entry
  if (keys !== undefined) checkNames('keys', keys)
  if (tags !== undefined) checkNames('tags', tags)
  if (writeId !== undefined) checkText('writeId', writeId)
  if (everything !== undefined && typeof everything !== 'boolean') {
    throw badOption('everything', everything, 'give true or false')
  }
}
