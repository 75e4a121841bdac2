/**
 * The moment from which an answer counts. For a fallback, this is when its reader found the entry, even if the reader
 * has asked again since. The age limit of a fallback is checked when it is served, since a load may take a long time
 * to fail.
 */
import { describe, expect, it } from 'vitest'
import { type CachingStrategy, createCache, invalidate, memoryStore, staleIfError, stampedeLock } from '../src/index.ts'
import { fakeRuntime, gate } from '../src/testing/index.ts'
import { asBeforeTheLoad, asOfLastCall, findingBy } from './broken.ts'

const TTL_MS = 100
const STALE_MS = 1_000
const fallsBack = staleIfError(stampedeLock({ ttlMs: TTL_MS }), { forMs: STALE_MS })

const fail = async (): Promise<number> => {
  throw new Error('the database is unavailable')
}

/** Two processes on one store, and an expired entry of v1. */
async function expiredEntry(read: CachingStrategy) {
  const time = fakeRuntime()
  const store = memoryStore({ runtime: time })
  const process = () => createCache<number>({ store, read, write: invalidate(), runtime: time })
  const [p1, p2] = [process(), process()]
  await p1.read('row', async () => 1)
  await time.advance(TTL_MS + 1)
  return { time, p1, p2, store }
}

/** The value for a reader that begins after v2 was acknowledged, and joins a reader that found v1 before. */
async function servedAfterTheWrite(read: CachingStrategy): Promise<number | undefined> {
  const { time, p1, p2 } = await expiredEntry(read)
  const handOver = gate()
  const holder = p2.read('row', async () => {
    await handOver.pass()
    return 1
  })
  await handOver.reached
  const early = p1.read('row', fail)
  await time.advance(0) // `early` has found v1, and waits for the lease
  await p2.write({ keys: ['row'] }, async () => 2)
  const late = p1.read('row', async () => 2)
  await time.advance(20) // `early` asks again, is granted the lease, and fails to load
  expect(await early).toMatchObject({ value: 1, outcome: 'stale' })
  handOver.open()
  await holder
  return (await late).value
}

describe('a fallback to an entry found before a write', () => {
  it('is not shared with a reader that began after the write', async () => {
    expect(await servedAfterTheWrite(fallsBack)).toBe(2)
  })

  it('would be shared, if it dated from the last call', async () => {
    expect(await servedAfterTheWrite(findingBy(asOfLastCall, fallsBack))).toBe(1)
  })
})

/** The result of a reader whose load fails after v1 has become too old to serve. */
async function servedTooLate(read: CachingStrategy): Promise<number | undefined | 'the failure'> {
  const { time, p1 } = await expiredEntry(read)
  const handOver = gate()
  const reading = p1.read('row', async () => {
    await handOver.pass()
    return fail()
  })
  await handOver.reached
  await time.advance(STALE_MS)
  handOver.open()
  return reading.then(
    ({ value }) => value,
    () => 'the failure' as const,
  )
}

/** Serves stale for a short time with a background refresh, and after that only if the load fails. */
const refreshesThenFallsBack: CachingStrategy = {
  ...fallsBack,
  evaluate(entry, { now }) {
    if (now < entry.freshUntil) return 'serve'
    return now < entry.freshUntil + TTL_MS ? 'refresh' : 'miss'
  },
}

describe('a failed refresh', () => {
  it('does not fail a reader that waited for it and has a fallback', async () => {
    const { time, p1, store } = await expiredEntry(refreshesThenFallsBack)
    const answer = gate()
    const acquire = store.acquire
    Object.assign(store, {
      async acquire(...asked: Parameters<typeof acquire>) {
        await answer.pass()
        return acquire(...asked)
      },
    })
    expect((await p1.read('row', fail)).outcome).toBe('stale')
    await answer.reached
    await time.advance(TTL_MS)
    const waiting = p1.read('row', fail)
    answer.open()
    expect(await waiting).toMatchObject({ value: 1, outcome: 'stale' })
  })
})

describe('a fallback whose load takes long to fail', () => {
  it('is not served past its limit', async () => {
    expect(await servedTooLate(fallsBack)).toBe('the failure')
  })

  it('would be served, if the limit were checked before the load', async () => {
    expect(await servedTooLate(findingBy(asBeforeTheLoad, fallsBack))).toBe(1)
  })
})
