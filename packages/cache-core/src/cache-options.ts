import type { CacheListeners } from './cache-event.ts'
import { badOption, checkFunction, checkMethods, checkOptions, checkText, type OptionNames } from './check.ts'
import type { Codec } from './codec.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Store } from './ports/store.ts'
import type { ReadStrategy, WriteStrategy } from './ports/strategy.ts'
import { checkTimeout } from './reader.ts'
import type { WarningListener } from './warning.ts'

export interface CacheOptions<T> {
  /** May be shared with other caches, which then share their keys. */
  readonly store: Store
  readonly read: ReadStrategy
  readonly write: WriteStrategy
  /** Default `jsonCodec`. */
  readonly codec?: Codec<T>
  /**
   * Change it in a release that can't read the previous release's values: entries of another version are misses. Keys stay the
   * same, so both releases invalidate each other's entries while they run side by side. Default none.
   */
  readonly version?: string
  /**
   * Maximum time of a load in milliseconds, 1 to 2_147_483_647. After it, its readers get `LOAD_TIMEOUT`, its `signal` aborts,
   * and the next reader may load. While the store is unavailable, time in the queue counts too. Also the maximum time of a read's
   * wait for the load of another reader, in any process; after the wait, its own load has all of it. Default no limit.
   */
  readonly loadTimeoutMs?: number
  /**
   * Listeners by the type of the event: `{ refresh(event) { … } }`. Called synchronously, `read` also on hits: keep them short. Their
   * errors, thrown or rejected, are ignored.
   */
  readonly on?: CacheListeners
  /**
   * Receives warnings for the operator, in one line and only once each, at most 100 different ones: for example a value that
   * can't be kept, with the path inside it. Its errors are ignored. Default Node's own warnings, on stderr.
   */
  readonly onWarning?: WarningListener
  /** Default the process's own time, randomness and timers. */
  readonly runtime?: Runtime
}

const OPTIONS: OptionNames<CacheOptions<unknown>> = {
  store: true,
  read: true,
  write: true,
  codec: true,
  version: true,
  loadTimeoutMs: true,
  on: true,
  onWarning: true,
  runtime: true,
}

const LISTENERS: OptionNames<CacheListeners> = {
  read: true,
  load: true,
  fill: true,
  notKept: true,
  refresh: true,
  invalidate: true,
  invalidateAll: true,
}

function checkListeners(on: CacheListeners): void {
  checkOptions('on', on, LISTENERS)
  for (const [type, listener] of Object.entries(on)) checkFunction(`on.${type}`, listener)
}

/** @throws CacheError `BAD_OPTION` */
export function checkCacheOptions<T>(options: CacheOptions<T>): void {
  checkOptions('createCache', options, OPTIONS)
  const { store, read, write, codec, version, loadTimeoutMs, on, onWarning, runtime } = options
  checkMethods(
    'store',
    store,
    ['get', 'acquire', 'fill', 'invalidate'],
    'give memoryStore() or redisStore({ client, prefix })',
  )
  const whichRead = 'give a read strategy, such as cacheAside()'
  if (typeof read !== 'object' || !('guarantee' in (read ?? {}))) throw badOption('read', read, whichRead)
  if (read.lifetime !== undefined) checkMethods('read', read, ['evaluate', 'onMiss'], whichRead)
  checkMethods('write', write, ['write'], 'give a write strategy, such as invalidate()')
  if (codec !== undefined) checkMethods('codec', codec, ['encode', 'decode'], 'give an object with both methods')
  if (version !== undefined) checkText('version', version)
  if (loadTimeoutMs !== undefined) checkTimeout(loadTimeoutMs)
  if (on !== undefined) checkListeners(on)
  if (onWarning !== undefined) checkFunction('onWarning', onWarning)
  if (runtime !== undefined)
    checkMethods(
      'runtime',
      runtime,
      ['now', 'random', 'sleep', 'after', 'every'],
      'give an object with all methods of Runtime',
    )
}
