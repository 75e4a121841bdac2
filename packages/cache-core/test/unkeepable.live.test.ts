/** Values that the codec can't keep: returned, not kept, reported. A cache never fails a read that works without it. */
import { describe, expect, it } from 'vitest'
import {
  type CacheEvent,
  type CacheOptions,
  type CacheWarning,
  type CachingStrategy,
  type Codec,
  createCache,
  invalidate,
  stampedeLock,
  writeThrough,
} from '../src/index.ts'
import { gate } from '../src/testing/index.ts'
import { backends } from './backends.ts'
import { leaseOn } from './processes.ts'

const refreshing: CachingStrategy = {
  ...stampedeLock({ ttlMs: 1 }),
  lifetime: { ...stampedeLock({ ttlMs: 1 }).lifetime, staleMs: 60_000 },
  guarantee: { staleForAtMostMs: 60_000, loadsPerExpiry: { atMost: 1, per: 'expiry' } },
  evaluate: (entry, { now }) => (now < entry.freshUntil ? 'serve' : 'refresh'),
}

const failing: Codec<unknown> = {
  encode() {
    throw new Error('no room in this format')
  },
  decode: () => undefined,
}
const withoutBytes: Codec<unknown> = { ...failing, encode: () => '"text"' as unknown as Buffer }

describe.each(backends)('$name', ({ makeStore }) => {
  async function world(options: Partial<CacheOptions<unknown>> = {}) {
    const room = await makeStore()
    const store = room.open()
    const warnings: CacheWarning[] = []
    const events: CacheEvent[] = []
    const cache = createCache<unknown>({
      store,
      read: stampedeLock({ leaseMs: 60_000 }),
      write: invalidate(),
      onWarning: (warning) => warnings.push(warning),
      on: { notKept: (event) => events.push(event) },
      ...options,
    })
    const notKept = () => events
    return { cache, store, warnings, notKept }
  }

  const at = new Date(0)
  it.each<[string, unknown, Codec<unknown> | undefined, string]>([
    ['a bigint', 1n, undefined, 'the value is 1n (a bigint), which JSON does not keep'],
    ['a Date in it', { items: [{ at }] }, undefined, 'items[0].at is a Date, which JSON does not keep'],
    ['a codec that throws', 1, failing, 'no room in this format'],
    [
      'a codec that returns no bytes',
      1,
      withoutBytes,
      'the codec\'s encode returned "\\"text\\"" (a string) instead of a Buffer',
    ],
  ])('%s: both readers get the value itself, nothing is kept, no lease remains', async (_name, value, codec, why) => {
    const { cache, store, warnings, notKept } = await world(codec && { codec })
    for (const _reader of ['first', 'second']) {
      const answer = await cache.read('k', async () => value)
      expect(answer).toMatchObject({ outcome: 'miss', ttlMs: 0 })
      expect(answer.value).toBe(value)
      expect(await leaseOn(store, 'k')).toBe('free')
    }
    expect(await cache.get('k')).toBeUndefined()
    const message = `the value of "k" can't be kept: ${why}; give createCache a codec that keeps it, or leave it out`
    expect(warnings).toEqual([{ code: 'VALUE_NOT_KEPT', message }])
    const error = expect.objectContaining({ code: 'ENCODE_FAILED', key: 'k', message, cause: expect.any(Error) })
    expect(notKept()).toEqual([1, 2].map(() => ({ type: 'notKept', key: 'k', error })))
    expect(cache.stats()).toMatchObject({ loads: 2, fills: 0, refusedFills: 0, failedReads: 0, failedLoads: 0 })
  })

  it('is returned to all callers that share the load', async () => {
    const { cache } = await world()
    const handOver = gate()
    const load = async () => {
      await handOver.pass()
      return at
    }
    const readers = [cache.read('k', load), cache.read('k', load), cache.read('k', load)]
    await handOver.reached
    handOver.open()
    for (const { value } of await Promise.all(readers)) expect(value).toBe(at)
    expect(cache.stats().loads).toBe(1)
  })

  it('loaded in a background refresh leaves the old entry unchanged', async () => {
    const { cache, notKept } = await world({ read: refreshing })
    await cache.read('k', async () => 'old')
    await expect.poll(async () => (await cache.get('k'))?.outcome).toBe('stale')
    expect((await cache.read('k', async () => at)).value).toBe('old')
    await expect.poll(notKept).toHaveLength(1)
    await cache.close()
    expect(await cache.get('k')).toMatchObject({ outcome: 'stale', value: 'old' })
    expect(cache.stats()).toMatchObject({ failedRefreshes: 0, failedLoads: 0 })
  })

  it.each<[string, () => unknown, string]>([
    ['a value that it can’t keep', () => at, 'the value is a Date'],
    ['a promise', async () => 'later', 'the value is a Promise'],
    [
      'no value, since its function throws',
      () => {
        throw new Error('no such column')
      },
      'no such column',
    ],
  ])('write-through with %s: invalidated, reported, and the write does not fail', async (_name, value, why) => {
    const { cache, store, warnings, notKept } = await world({ write: writeThrough() })
    await cache.read('k', async () => 'old')
    expect(await cache.write({ keys: ['k'], value }, async () => 'row')).toMatchObject({
      result: 'row',
      isConfirmed: true,
    })
    expect(await cache.get('k')).toBeUndefined()
    expect(await leaseOn(store, 'k')).toBe('free')
    expect(notKept()).toMatchObject([{ key: 'k' }])
    expect(warnings).toEqual([{ code: 'VALUE_NOT_KEPT', message: expect.stringContaining(why) }])
  })

  it('set refuses it, and leaves neither the previous entry nor a lease', async () => {
    const { cache, store } = await world()
    await cache.set('k', 'before')
    await expect(cache.set('k', { at })).rejects.toMatchObject({ code: 'ENCODE_FAILED', key: 'k' })
    expect(await cache.get('k')).toBeUndefined()
    expect(await leaseOn(store, 'k')).toBe('free')
  })
})

describe('warnings of values that are not kept', () => {
  const [memory] = backends

  async function warned(values: readonly unknown[]) {
    const warnings: string[] = []
    const store = (await memory!.makeStore()).open()
    const onWarning = ({ message }: CacheWarning) => warnings.push(message)
    const cache = createCache<unknown>({ store, read: stampedeLock(), write: invalidate(), onWarning })
    for (const [i, value] of values.entries()) await cache.read(`k${i}`, async () => value)
    return warnings
  }

  it('are given once for each path, for any key and list index', async () => {
    const at = new Date(0)
    const warnings = await warned([
      [at],
      [1, at],
      { items: [{ at }] },
      { items: [{}, {}, { at }] },
      { items: [{ by: at }] },
    ])
    expect(warnings.map((message) => /kept: (\S+)/.exec(message)?.[1])).toEqual(['[0]', 'items[0].at', 'items[0].by'])
  })

  it('end after 100, so that property names from data take no memory', async () => {
    const names = Array.from({ length: 300 }, (_, i) => String.fromCodePoint(0x4e00 + i))
    expect(await warned(names.map((name) => ({ [name]: 1n })))).toHaveLength(100)
  })

  it('are process warnings by default', async () => {
    const given: Error[] = []
    const listen = (warning: Error) => given.push(warning)
    process.on('warning', listen)
    const store = (await memory!.makeStore()).open()
    await createCache<unknown>({ store, read: stampedeLock(), write: invalidate() }).read('k', async () => 1n)
    await expect.poll(() => given).toHaveLength(1)
    process.off('warning', listen)
    expect(given).toEqual([expect.objectContaining({ name: 'CacheWarning', code: 'VALUE_NOT_KEPT' })])
  })

  it('never fail a read, even if their listener throws', async () => {
    const store = (await memory!.makeStore()).open()
    const onWarning = () => {
      throw new Error("the listener's mistake")
    }
    const cache = createCache<unknown>({ store, read: stampedeLock(), write: invalidate(), onWarning })
    expect((await cache.read('k', async () => 1n)).value).toBe(1n)
  })
})
