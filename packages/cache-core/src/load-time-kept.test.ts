/** An entry stores how long its load took. Early refreshes depend on that time, so a write must keep it. */
import { describe, expect, it } from 'vitest'
import { createCache, memoryStore, writeThrough, xfetch } from './index.ts'
import { fakeRuntime } from './testing/index.ts'

const LOAD_MS = 100

function opened() {
  const runtime = fakeRuntime()
  const store = memoryStore({ runtime })
  const open = (version?: string) =>
    createCache<number>({ store, read: xfetch(), write: writeThrough(), runtime, ...(version && { version }) })
  const load = async () => {
    await runtime.sleep(LOAD_MS)
    return 1
  }
  const loaded = async (cache = open()) => {
    const reading = cache.read('row', load)
    await runtime.advance(LOAD_MS)
    await reading
    return cache
  }
  return { open, loaded, runtime }
}

describe('a fill by write-through', () => {
  const write = (cache: ReturnType<ReturnType<typeof opened>['open']>) =>
    cache.write({ keys: ['row'], value: () => 2 }, async () => {})

  it('keeps the load time of the entry it replaces, even repeatedly', async () => {
    const cache = await opened().loaded()
    await write(cache)
    await write(cache)
    expect(await cache.get('row')).toMatchObject({ value: 2, loadMs: LOAD_MS })
  })

  it('has no load time if there was no entry', async () => {
    const cache = opened().open()
    await write(cache)
    expect(await cache.get('row')).toMatchObject({ value: 2, loadMs: 0 })
  })

  it('takes no load time from an entry of another version of values', async () => {
    const { open, loaded } = opened()
    await loaded()
    const next = open('2')
    await write(next)
    expect(await next.get('row')).toMatchObject({ value: 2, loadMs: 0 })
  })
})

it('an entry filled by a write is refreshed before it expires, like a loaded one', async () => {
  const { loaded, runtime } = opened()
  const cache = await loaded()
  await cache.write({ keys: ['row'], value: () => 2 }, async () => {})
  runtime.random = () => 0.999 // refreshes 6.9 load times before the expiry
  await runtime.advance(60_000 - 6 * LOAD_MS)
  expect((await cache.read('row', async () => 3)).value).toBe(2)
  await runtime.advance(0)
  expect(await cache.get('row')).toMatchObject({ value: 3 })
})
