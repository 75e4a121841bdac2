import {
  checkCount,
  checkFunction,
  checkMethods,
  checkNumber,
  checkOptions,
  MAX_TIMER_MS,
  type OptionNames,
} from './check.ts'
import { type Runtime, systemRuntime } from './ports/runtime.ts'
import type { Store } from './ports/store.ts'
import type { TakenWrite, WriteLog } from './ports/write-log.ts'

/** A queued write, for the database. */
export type FlushedWrite = Pick<TakenWrite, 'key' | 'id' | 'command'>

export interface FlusherOptions {
  /** The queue: `redisWriteLog`. Several flushers, in several processes, may work on it. */
  readonly log: WriteLog
  /** The cache's store, to invalidate the tags of lists after each commit. */
  readonly store: Pick<Store, 'invalidate'>
  /**
   * Carries out these writes **in one transaction**, at most one of each key. It may be called again with the same writes, even after
   * newer ones of the same key: each row keeps the id of its last write, and a write with an id that is not larger changes nothing.
   * It must never insert a row that is gone. If it throws, nothing was committed, and it is called again.
   */
  readonly apply: (writes: readonly FlushedWrite[]) => Promise<void>
  /** How often to look for writes; less often, up to every 500 ms, while there are none. Milliseconds, 1 to 2_147_483_647. Default 50. */
  readonly pollMs?: number
  /** The most writes in one call of `apply`. Default 500. */
  readonly batch?: number
  /**
   * After this, the writes that another flusher has taken and not finished are taken over. Longer than `apply` ever takes.
   * Milliseconds, 1 to 2_147_483_647. Default 5_000.
   */
  readonly takeOverAfterMs?: number
  /**
   * Whether `apply` failed because the database refuses the write itself, a constraint for example, so that it would fail again. Only three such
   * failures of a write alone move it to the dead letters. Default: any failure counts while other writes succeed, so also one of a locked row.
   */
  readonly isRefused?: (error: unknown) => boolean
  /** Called when flushing begins to fail, with the cause. It is tried again until it succeeds. */
  readonly onFailing?: (error: unknown) => void
  /** Called when it succeeds again. */
  readonly onFlushing?: () => void
  /** Called once for each write that the database refuses, before it is moved to the dead letters. */
  readonly onDead?: (write: FlushedWrite, error: unknown) => void
  /** Default the process's own. */
  readonly runtime?: Pick<Runtime, 'every' | 'now' | 'sleep' | 'after'>
}

const OPTIONS: OptionNames<FlusherOptions> = {
  log: true,
  store: true,
  apply: true,
  pollMs: true,
  batch: true,
  takeOverAfterMs: true,
  isRefused: true,
  onFailing: true,
  onFlushing: true,
  onDead: true,
  runtime: true,
}

/** @throws CacheError `BAD_OPTION` */
export function checkFlusherOptions(options: FlusherOptions) {
  checkOptions('createFlusher', options, OPTIONS)
  const { log, store, apply, pollMs = 50, batch = 500, takeOverAfterMs = 5_000 } = options
  const { isRefused, onFailing, onFlushing, onDead, runtime = systemRuntime } = options
  checkMethods('log', log, ['take', 'done', 'bury', 'lag', 'onQueued'], 'give what redisWriteLog returns')
  checkMethods('store', store, ['invalidate'], "give the cache's store")
  checkFunction('apply', apply, 'give the function that writes to the database')
  for (const [name, listener] of Object.entries({ isRefused, onFailing, onFlushing, onDead })) {
    if (listener !== undefined) checkFunction(name, listener)
  }
  checkMethods('runtime', runtime, ['every', 'now', 'sleep', 'after'], 'give an object with these functions')
  const times = { min: 1, max: MAX_TIMER_MS }
  return {
    pollMs: checkNumber('pollMs', pollMs, times),
    batch: checkCount('batch', batch),
    takeOverAfterMs: checkNumber('takeOverAfterMs', takeOverAfterMs, times),
    runtime,
  }
}
