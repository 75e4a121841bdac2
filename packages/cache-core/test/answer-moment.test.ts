/**
 * An answer is as of the moment on which it rests. A fallback rests on what its reader found first, whatever it asked for
 * since; and how old it may be is decided when it is served, since a load may take long to fail.
 */
import { describe, expect, it } from 'vitest'
import { type CachingStrategy, createCache, invalidate, memoryStore } from '../src/index.ts'
import { fakeRuntime, gate } from '../src/testing/index.ts'
import { asBeforeTheLoad, asOfLastCall, findingBy } from './broken.ts'
import { throwawayStaleIfError } from './throwaway-strategies.ts'

const TTL_MS = 100
const STALE_MS = 1_000
const fallsBack = throwawayStaleIfError({ ttlMs: TTL_MS, staleMs: STALE_MS })

const fail = async (): Promise<number> => {
  throw new Error('the database is away')
}

/** Two processes on one store, and an entry of v1 that has expired. */
async function expiredEntry(read: CachingStrategy) {
  const time = fakeRuntime()
  const store = memoryStore({ runtime: time })
  const process = () => createCache<number>({ store, read, write: invalidate(), runtime: time })
  const [p1, p2] = [process(), process()]
  await p1.read('row', async () => 1)
  await time.advance(TTL_MS + 1)
  return { time, p1, p2, store }
}

/** What a reader gets that begins after v2 was acknowledged, and joins one that has found v1 before. */
async function servedAfterTheWrite(read: CachingStrategy): Promise<number | undefined> {
  const { time, p1, p2 } = await expiredEntry(read)
  const handOver = gate()
  const holder = p2.read('row', async () => {
    await handOver.pass()
    return 1
  })
  await handOver.reached
  const early = p1.read('row', fail)
  await time.advance(0) // it has found v1, and waits for the lease
  await p2.write({ keys: ['row'] }, async () => 2)
  const late = p1.read('row', async () => 2)
  await time.advance(20) // the early one asks again, is granted the lease, and fails to load
  expect(await early).toMatchObject({ value: 1, outcome: 'stale' })
  handOver.open()
  await holder
  return (await late).value
}

describe('a fallback to what was found before a write', () => {
  it('is no answer for a reader that began after it', async () => {
    expect(await servedAfterTheWrite(fallsBack)).toBe(2)
  })

  it('would be, if it were as of the last call', async () => {
    expect(await servedAfterTheWrite(findingBy(asOfLastCall, fallsBack))).toBe(1)
  })
})

/** What a reader gets whose load fails once v1 is older than it may be served. */
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

/** Serves stale for a moment with a refresh behind it, and after that only where the load fails. */
const refreshesThenFallsBack: CachingStrategy = {
  ...fallsBack,
  evaluate(entry, { now }) {
    if (now < entry.freshUntil) return 'serve'
    return now < entry.freshUntil + TTL_MS ? 'refresh' : 'miss'
  },
}

describe('a refresh that fails', () => {
  it('fails no reader that waited for it and has something to fall back to', async () => {
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
  it('is not served beyond its limit', async () => {
    expect(await servedTooLate(fallsBack)).toBe('the failure')
  })

  it('would be, if the limit were checked before the load', async () => {
    expect(await servedTooLate(findingBy(asBeforeTheLoad, fallsBack))).toBe(1)
  })
})
