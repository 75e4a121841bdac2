import { checkNumber, MAX_TIMER_MS } from './check.ts'
import { newToken } from './entry.ts'
import { swallowing } from './errors.ts'
import { checkFlusherOptions, type FlusherOptions } from './flusher-options.ts'
import { Flushing } from './flushing.ts'
import { PollLoop } from './poll-loop.ts'
import { within } from './ports/runtime.ts'
import type { QueueLag } from './ports/write-log.ts'

/** Passes queued writes on to the database. */
export interface Flusher {
  /**
   * Looks for queued writes every `pollMs`, or up to every 500 ms while there are none, until `close`.
   *
   * @example
   * ```ts
   * import type { Flusher } from 'cache-core'
   *
   * declare const flusher: Flusher
   * flusher.start()
   * ```
   */
  start(): void
  /**
   * How much is queued.
   *
   * @example
   * ```ts
   * import type { Flusher } from 'cache-core'
   *
   * declare const flusher: Flusher
   * const { queued, oldestMs } = await flusher.lag()
   * ```
   */
  lag(): Promise<QueueLag>
  /**
   * Passes on what is queued, until the queue is empty or `withinMs` milliseconds have passed (default 5_000), then stops. Never
   * rejects. What is left stays queued, for other flushers or the next start. Afterwards it uses the queue and the database no more;
   * only an `apply` or a give-back under way may still end.
   *
   * @example
   * ```ts
   * import type { Flusher } from 'cache-core'
   *
   * declare const flusher: Flusher
   * await flusher.close()
   * ```
   */
  close(withinMs?: number): Promise<void>
}

/**
 * A flusher that finds nothing looks less often each time, but at least at this interval, in milliseconds: other processes have
 * flushers of their own, and a write that this process queues makes it look again.
 */
const IDLE_MS = 500
/** Pause after a failure, in milliseconds: the database may be down. */
const AGAIN_AFTER_MS = 200
/** How long `close` takes at most after draining, in milliseconds. */
const END_MS = 500

/**
 * The flusher of a write-behind queue.
 *
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { createFlusher, type Store, type WriteLog } from 'cache-core'
 *
 * declare const log: WriteLog
 * declare const store: Store
 * declare const applyPosts: (writes: readonly { id: string; command: unknown }[]) => Promise<void> // one transaction
 * const flusher = createFlusher({ log, store, apply: applyPosts })
 * flusher.start()
 * ```
 */
export function createFlusher(options: FlusherOptions): Flusher {
  const { pollMs, batch, takeOverAfterMs, runtime } = checkFlusherOptions(options)
  const { log, store, apply, isRefused, onFailing, onFlushing, onDead } = options
  const flushing = new Flushing({
    log,
    store,
    apply: async (writes) => apply(writes),
    batch,
    consumer: newToken(),
    takeOverAfterMs,
    isRefused,
    onDead: onDead && swallowing(onDead),
  })
  let closed: Promise<void> | undefined
  let notBefore = 0
  let idleMs = 0
  let idleUntil = 0
  /** This process has queued a write since the last round began. */
  let isQueued = false
  const stopListening = log.onQueued(() => {
    isQueued = true
  })

  function rest(): void {
    idleMs = Math.min(idleMs + pollMs, IDLE_MS)
    idleUntil = runtime.now() + idleMs - pollMs / 2 // a tick may come early
  }

  const loop = new PollLoop({
    runtime,
    everyMs: pollMs,
    async work() {
      if (!isQueued && runtime.now() < idleUntil) return
      if (isQueued) idleMs = 0
      isQueued = false
      if (runtime.now() < notBefore) throw new Error('waits after a failure')
      try {
        if (!(await flushing.round())) return rest()
        while (closed === undefined && (await flushing.round()));
        idleMs = 0
        idleUntil = 0
      } catch (error) {
        idleUntil = 0 // a rest would count as success
        notBefore = runtime.now() + AGAIN_AFTER_MS
        throw error
      }
    },
    onFailing,
    onWorking: onFlushing,
  })

  async function drain(until: number): Promise<void> {
    stopListening()
    await loop.stop()
    while (runtime.now() < until) {
      try {
        if (!(await flushing.round())) return
      } catch {
        await runtime.sleep(AGAIN_AFTER_MS)
      }
    }
  }

  async function end(withinMs: number): Promise<void> {
    await within(drain(runtime.now() + withinMs), withinMs, runtime).catch(() => {})
    await within(flushing.end(), END_MS, runtime).catch(() => {}) // otherwise others take over in `takeOverAfterMs`
  }

  return {
    start() {
      if (closed === undefined) loop.start()
    },
    lag: () => log.lag(),
    close(withinMs = 5_000) {
      checkNumber('withinMs', withinMs, { min: 0, max: MAX_TIMER_MS })
      closed ??= end(withinMs)
      return closed
    },
  }
}
