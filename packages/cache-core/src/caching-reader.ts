import type { CacheParts } from './cache-parts.ts'
import { isLoadCycle, isStoreAway, isUnavailable, StoreAway } from './errors.ts'
import { Examiner } from './examiner.ts'
import { StoreKeyRead } from './key-read.ts'
import { LoadQueue } from './load-queue.ts'
import { type Load, loadTimeout } from './load-run.ts'
import { ManyReader } from './many-reader.ts'
import { questionOf } from './ports/question.ts'
import type { Awaitable, Lookup } from './ports/store.ts'
import type { CachingStrategy } from './ports/strategy.ts'
import type { ReadResult } from './read-result.ts'
import { checkLoad, checkRead, observed, type Reader, type ReadOptions, UnansweredReads } from './reader.ts'
import { RefreshPauses } from './refresh-pauses.ts'
import { beginWait, currentLoad, type LoadManner } from './running-load.ts'
import { type Asker, nextMoment, SingleFlight } from './single-flight.ts'

/** Pause after a failed refresh. Readers are served the existing entry meanwhile. */
const REFRESH_AGAIN_AFTER_MS = 1_000

/** Reads through the store by the strategy's rules, and bypasses the store while it is unavailable. */
export function cachingReader<T>(parts: CacheParts<T, CachingStrategy>): Reader<T> {
  const { store, read: strategy, runtime, stats, on } = parts
  const examiner = new Examiner(parts)
  const flights = new SingleFlight()
  const flightsPastTheCache = new SingleFlight()
  const queue = new LoadQueue(runtime)
  const pauses = new RefreshPauses(runtime)
  let unanswered = new UnansweredReads()
  let closing: Promise<void> | undefined

  /** Not async, and without a promise but the answer's own: a hit in memory costs little else. */
  function read(key: string, load: Load<T>, options: ReadOptions): Promise<ReadResult<T>> {
    try {
      const began = nextMoment()
      const tags = checkRead(parts, 'read', key, options)
      checkLoad(load)
      const startedAt = on.read && runtime.now()
      const found = lookUp(key, tags)
      if (found instanceof Promise) return readThrough(key, tags, load, options, began, startedAt, found)
      const answer = examiner.examine(key, found, began)
      return answer === undefined || examiner.wantsRefresh
        ? readThrough(key, tags, load, options, began, startedAt, found, answer)
        : Promise.resolve(observed(parts, key, answer, startedAt))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  function lookUp(key: string, tags: readonly string[]): Awaitable<Lookup> {
    try {
      return store.get(key, tags)
    } catch (failure) {
      return Promise.reject(failure)
    }
  }

  /** @param looked if it is not a promise, the examiner has just examined it, and `answer` is the result. */
  async function readThrough(
    key: string,
    tags: readonly string[],
    load: Load<T>,
    options: ReadOptions,
    began: number,
    startedAt: number | undefined,
    looked: Awaitable<Lookup>,
    answer?: ReadResult<T>,
  ): Promise<ReadResult<T>> {
    const mine = unanswered
    mine.add()
    let keyRead: StoreKeyRead<T> | undefined // a hit has none
    try {
      let found: Lookup
      if (looked instanceof Promise) {
        found = await looked
        answer = examiner.examine(key, found, began)
      } else found = looked
      if (answer === undefined || examiner.wantsRefresh) {
        keyRead = new StoreKeyRead<T>(parts, examiner, key, tags, load, options, began)
        keyRead.record(found)
        answer ??= await readTogether(keyRead, began)
        if (keyRead.wantsRefresh && closing === undefined) refresh(keyRead)
      }
      return observed(parts, key, answer, startedAt)
    } catch (failure) {
      const error = keyRead === undefined ? StoreAway.of(failure) : failure
      keyRead ??= new StoreKeyRead<T>(parts, examiner, key, tags, load, options, began)
      return observed(parts, key, await afterFailure(error, keyRead, began), startedAt)
    } finally {
      mine.remove()
    }
  }

  const many = new ManyReader<T>(parts, examiner, {
    lookUp,
    readThrough,
    refresh(keyRead) {
      if (closing === undefined) refresh(keyRead)
    },
    async whileUnanswered(work) {
      const mine = unanswered
      mine.add()
      try {
        return await work
      } finally {
        mine.remove()
      }
    },
  })

  /** Bypasses the store if it is unavailable. Any other failure fails the read. */
  async function afterFailure(error: unknown, keyRead: StoreKeyRead<T>, began: number): Promise<ReadResult<T>> {
    try {
      if (!(error instanceof StoreAway)) throw error
      return await readPastTheCache(keyRead, began)
    } catch (failure) {
      stats.failedReads++
      throw failure
    }
  }

  async function readTogether(keyRead: StoreKeyRead<T>, began: number): Promise<ReadResult<T>> {
    const start = (waited: boolean) => (waited ? getOrMiss(keyRead) : strategy.onMiss(keyRead))
    const answer = await share(flights, questionOf(keyRead.key, keyRead.tags), keyRead, began, start)
    return answer.outcome === 'stale' || (keyRead.isOwn && answer.outcome === 'miss') ? answer : answer.as('collapsed')
  }

  async function getOrMiss(keyRead: StoreKeyRead<T>): Promise<ReadResult<T>> {
    return (await keyRead.get()) ?? strategy.onMiss(keyRead)
  }

  /** Joins a flight. If another caller's load fails with `LOAD_CYCLE`, runs this caller's load, which may read other keys. */
  async function share(
    flights: SingleFlight,
    question: string,
    keyRead: StoreKeyRead<T>,
    began: number,
    start: (waited: boolean) => Promise<ReadResult<T>>,
  ): Promise<ReadResult<T>> {
    keyRead.isOwn = false
    const startOwn = (waited: boolean) => {
      keyRead.isOwn = true
      return start(waited)
    }
    const endWait = beginWait(store, keyRead.key, keyRead.signal)
    try {
      return await flights.join(question, began, keyRead, startOwn, isStoreAway)
    } catch (failure) {
      if (keyRead.isOwn || !isLoadCycle(failure)) throw failure
    } finally {
      endWait()
    }
    keyRead.isOwn = true
    return loadInTurn(keyRead, { isAlone: true })
  }

  /** Refreshes in the background: one at a time per key, because of the lease across all processes. */
  function refresh(keyRead: StoreKeyRead<T>): void {
    const question = questionOf(keyRead.key, keyRead.tags)
    const { entryId } = keyRead
    if (pauses.has(question, entryId)) return
    const pause = (ms: number) => {
      if (closing === undefined) pauses.begin(question, entryId, ms)
    }
    const refreshing = flights.startIfIdle(question, failsAlone(keyRead), () => keyRead.refresh(pause))
    if (refreshing === undefined) return
    stats.refreshes++
    const finished = refreshing.then((answer) => answer?.outcome === 'miss')
    finished.catch(() => stats.failedRefreshes++) // the reader has its answer
    // After a failed load, or one with nothing to keep, the next reads must not refresh immediately.
    const again = () => pause(REFRESH_AGAIN_AFTER_MS)
    refreshing.then((answer) => answer?.outcome === 'miss' && answer.ttlMs <= 0 && again(), again)
    on.refresh?.({ type: 'refresh', key: keyRead.key, finished })
  }

  /** Protects the origin while the cache is bypassed: one load per key, at most 32 at the same time. */
  async function readPastTheCache(keyRead: StoreKeyRead<T>, began: number): Promise<ReadResult<T>> {
    if (currentLoad()?.hasPlace) return (await keyRead.load({ isAlone: true })).as('bypass')
    const start = () => loadInTurn(keyRead, {})
    return (await share(flightsPastTheCache, keyRead.key, keyRead, began, start)).as('bypass')
  }

  /** A read inside a load that has a place doesn't queue: all places could wait for each other. */
  async function loadInTurn(keyRead: StoreKeyRead<T>, manner: LoadManner): Promise<ReadResult<T>> {
    if (currentLoad()?.hasPlace) return keyRead.load(manner)
    const { key, loadTimeoutMs, sharedLoad } = keyRead
    if (!queue.isFreeFor(sharedLoad)) keyRead.waits()
    keyRead.loadBeganAt ??= runtime.now()
    const load = (queuedMs: number) => keyRead.load({ ...manner, hasPlace: true, queuedMs })
    return queue.run(load, loadTimeoutMs, () => loadTimeout(key, 'queued', loadTimeoutMs!), sharedLoad)
  }

  /** Waits only for reads that began before: later ones may never stop arriving. */
  async function end(): Promise<void> {
    const before = unanswered
    unanswered = new UnansweredReads()
    await before.none()
    await flights.settled()
    pauses.end()
  }

  return {
    read,
    readMany: (keys, load, options) => many.read(keys, load, options),
    async get(key, options) {
      const tags = checkRead(parts, 'get', key, options)
      const began = nextMoment()
      try {
        return examiner.examine(key, await store.get(key, tags), began)
      } catch (error) {
        if (isUnavailable(error)) return undefined
        throw error
      }
    },
    peek(key, options) {
      const tags = checkRead(parts, 'peek', key, options)
      const startedAt = on.read && runtime.now()
      const found = store.peek?.(key, tags)
      if (found === undefined) return undefined
      const answer = examiner.examine(key, found, nextMoment())
      if (answer === undefined) return undefined
      if (!examiner.wantsRefresh) return observed(parts, key, answer, startedAt)
      examiner.leaveRefresh(found)
      return undefined
    },
    close() {
      closing ??= end()
      return closing
    },
  }
}

/** A failed refresh is not shared: the strategy of a reader that waited for it may have another answer. */
function failsAlone(keyRead: StoreKeyRead<unknown>): Asker {
  return {
    askedAt: Number.NEGATIVE_INFINITY,
    get loadBeganAt() {
      return keyRead.loadBeganAt
    },
  }
}
