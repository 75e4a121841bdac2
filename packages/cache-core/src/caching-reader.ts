import { AsyncLocalStorage } from 'node:async_hooks'
import { bulkhead } from 'cockatiel'
import type { CacheParts } from './cache-parts.ts'
import { isUnavailable } from './errors.ts'
import { StoreKeyRead } from './key-read.ts'
import type { Load } from './load-run.ts'
import type { CachingStrategy } from './ports/strategy.ts'
import type { ReadResult } from './read-result.ts'
import { checkRead, NO_TAGS, observed, type Reader, type ReadOptions, UnansweredReads } from './reader.ts'
import { type Asker, nextMoment, SingleFlight } from './single-flight.ts'

/** At most this many loads at once reach the origin past a cache that is away; the others queue. */
const LOADS_PAST_THE_CACHE = 32
/** Set within a load past a cache. What it reads through a cache itself must not queue behind it. */
const loadingPastTheCache = new AsyncLocalStorage<true>()

/** Reads through the store, by the strategy's rules; past it while it is away. */
export function cachingReader<T>(parts: CacheParts<T, CachingStrategy>): Reader<T> {
  const { store, read: strategy, runtime, stats, emit } = parts
  const flights = new SingleFlight()
  const flightsPastTheCache = new SingleFlight()
  const gate = bulkhead(LOADS_PAST_THE_CACHE, Number.POSITIVE_INFINITY)
  /** Keys that another process refreshes: how to stop waiting for its lease to end before asking again. */
  const refreshedElsewhere = new Map<string, () => void>()
  let unanswered = new UnansweredReads()
  let closing: Promise<void> | undefined

  async function read(key: string, load: Load<T>, options: ReadOptions): Promise<ReadResult<T>> {
    const began = nextMoment()
    checkRead(parts, key, options)
    const startedAt = emit && runtime.now()
    const { tags = NO_TAGS } = options
    const keyRead = new StoreKeyRead<T>(parts, key, tags, load, options, began)
    const mine = unanswered
    mine.add()
    try {
      const asked = store.get(key, tags)
      const { bytes, epochs } = asked instanceof Promise ? await asked : asked
      const answer = keyRead.examine(bytes, epochs) ?? (await readTogether(keyRead, began))
      if (keyRead.wantsRefresh && closing === undefined) refresh(keyRead)
      return observed(parts, key, answer, startedAt)
    } catch (error) {
      return observed(parts, key, await afterFailure(error, keyRead, began), startedAt)
    } finally {
      mine.remove()
    }
  }

  /** What a failed read comes to: a store that is away costs a bypass. */
  async function afterFailure(error: unknown, keyRead: StoreKeyRead<T>, began: number): Promise<ReadResult<T>> {
    try {
      if (!isUnavailable(error)) throw error
      return await readPastTheCache(keyRead, began)
    } catch (failure) {
      stats.failedReads++
      throw failure
    }
  }

  async function readTogether(keyRead: StoreKeyRead<T>, began: number): Promise<ReadResult<T>> {
    const start = async (waited: boolean) => (waited && (await keyRead.get())) || strategy.onMiss(keyRead)
    const { answer, isOwn } = await flights.join(questionOf(keyRead), began, keyRead, start, isUnavailable)
    return answer.outcome === 'stale' || (isOwn && answer.outcome === 'miss') ? answer : answer.as('collapsed')
  }

  /** Behind an answer: one at a time per key in this process, and one over all of them, by its lease. */
  function refresh(keyRead: StoreKeyRead<T>): void {
    const question = questionOf(keyRead)
    if (refreshedElsewhere.has(question)) return
    const held = (endsInMs: number) => {
      const askAgain = () => refreshedElsewhere.delete(question)
      refreshedElsewhere.set(question, runtime.after(endsInMs, askAgain))
    }
    const refreshing = flights.startIfIdle(question, FAILS_ALONE, () => keyRead.refresh(held))
    if (refreshing === undefined) return
    stats.refreshes++
    const finished = refreshing.then((answer) => answer?.outcome === 'miss')
    finished.catch(() => stats.failedRefreshes++) // the reader has its answer
    emit?.({ type: 'refresh', key: keyRead.key, finished })
  }

  /** Protects the origin while the cache is bypassed: one load per key, and at most `LOADS_PAST_THE_CACHE` at once. */
  async function readPastTheCache(keyRead: StoreKeyRead<T>, began: number): Promise<ReadResult<T>> {
    if (loadingPastTheCache.getStore()) return (await keyRead.load()).as('bypass')
    const load = () => loadingPastTheCache.run(true, () => keyRead.load())
    const start = () => gate.execute(load)
    const { answer } = await flightsPastTheCache.join(keyRead.key, began, keyRead, start)
    return answer.as('bypass')
  }

  /** Waits for what began before: reads that come later, and never stop coming, are not waited for. */
  async function end(): Promise<void> {
    const before = unanswered
    unanswered = new UnansweredReads()
    await before.none()
    await flights.settled()
    for (const stopWaiting of refreshedElsewhere.values()) stopWaiting()
    refreshedElsewhere.clear()
  }

  return {
    read,
    async peek(key, options) {
      checkRead(parts, key, options)
      const { tags = NO_TAGS } = options
      const keyRead = new StoreKeyRead<T>(parts, key, tags, nothing, options, nextMoment())
      try {
        const { bytes, epochs } = await store.get(key, tags)
        return keyRead.examine(bytes, epochs)
      } catch (error) {
        if (isUnavailable(error)) return undefined
        throw error
      }
    },
    close() {
      closing ??= end()
      return closing
    },
  }
}

async function nothing(): Promise<undefined> {}

/** A refresh that fails is nobody's answer: the strategy of a reader that waited for it may have another. */
const FAILS_ALONE: Asker = { askedAt: Number.NEGATIVE_INFINITY }

/** What a flight answers: the same key under other tags is another question. */
function questionOf({ key, tags }: Pick<StoreKeyRead<unknown>, 'key' | 'tags'>): string {
  return JSON.stringify([key, tags])
}
