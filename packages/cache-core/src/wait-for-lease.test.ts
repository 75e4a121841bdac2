/** How readers wait for the load of another process. */
import { expect, it } from 'vitest'
import {
  createCache,
  expireOnly,
  invalidate,
  memoryStore,
  type ReadOptions,
  type Store,
  stampedeLock,
} from './index.ts'
import { fakeRuntime, gate, settled } from './testing/index.ts'

const SLOWEST_MS = 500

/** One process loads, another waits. */
async function waiting(
  change: (store: Store) => Store = (store) => store,
  read = stampedeLock(),
  options: ReadOptions = {},
  own = async () => 'own',
) {
  const runtime = fakeRuntime()
  const store = memoryStore({ runtime })
  let asked = 0
  const counted: Store = {
    ...store,
    acquire(key, request) {
      asked++
      return store.acquire(key, request)
    },
  }
  const holder = createCache<string>({ store, read, write: invalidate(), runtime })
  const waiter = createCache<string>({ store: change(counted), read, write: expireOnly(), runtime })
  const loading = gate()
  const holding = holder.read('k', async () => {
    await loading.pass()
    return 'loaded'
  })
  holding.catch(() => {})
  await loading.reached
  const reading = waiter.read('k', own, options)
  reading.catch(() => {})
  await settled()
  return { runtime, store, holder, waiter, loading, reading, asked: () => asked }
}

/** Answers `held` with other news. */
function withNews(change: (news: { isExpected: boolean; listen: (ended: () => void) => () => void }) => object) {
  return (store: Store): Store => ({
    ...store,
    async acquire(key, request) {
      const acquired = await store.acquire(key, request)
      if (acquired.kind !== 'held') return acquired
      return { ...acquired, news: { ...acquired.news!, ...change(acquired.news!) } }
    },
  })
}

it('continues when the value is stored, without time passing', async () => {
  const { loading, reading, asked } = await waiting()
  loading.open()
  await settled()
  expect(await reading).toMatchObject({ value: 'loaded', outcome: 'collapsed' })
  expect(asked()).toBe(2)
})

it('continues when a write revokes the lease, and loads', async () => {
  const { holder, reading } = await waiting()
  await holder.invalidate({ keys: ['k'] })
  await settled()
  expect(await reading).toMatchObject({ value: 'own', outcome: 'miss' })
})

it('continues when everything is invalidated', async () => {
  const { holder, reading } = await waiting()
  await holder.invalidateAll()
  await settled()
  expect((await reading).value).toBe('own')
})

it('asks again if the message is lost, and reports that it missed one', async () => {
  let missed = 0
  const lost = withNews(() => ({ listen: () => () => {}, missed: () => missed++ }))
  const { runtime, loading, reading, asked } = await waiting(lost)
  loading.open()
  await settled()
  expect([asked(), missed]).toEqual([1, 0])
  await runtime.advance(SLOWEST_MS)
  expect([(await reading).value, missed]).toEqual(['loaded', 1])
})

it('asks every 10 to 20 ms while no message is expected, and does not report a missed one', async () => {
  let missed = 0
  const silent = withNews(() => ({ isExpected: false, listen: () => () => {}, missed: () => missed++ }))
  const { runtime, loading, reading, asked } = await waiting(silent)
  await runtime.advance(100)
  expect(asked()).toBe(1 + Math.floor(100 / 15)) // its random number is always 0.5
  loading.open()
  await runtime.advance(20)
  expect([(await reading).value, missed]).toEqual(['loaded', 0])
})

it('stops listening when it asks again', async () => {
  let listeners = 0
  const counting = withNews(({ listen }) => ({
    listen(ended: () => void) {
      listeners++
      const forget = listen(ended)
      return () => {
        listeners--
        forget()
      }
    },
  }))
  const { runtime, loading, reading } = await waiting(counting)
  await runtime.advance(10 * SLOWEST_MS)
  expect(listeners).toBe(1)
  loading.open()
  await reading
  expect(listeners).toBe(0)
})

it('waits no longer than waitMs, however rarely it asks', async () => {
  const { runtime, reading } = await waiting((store) => store, stampedeLock({ waitMs: 100 }))
  await runtime.advance(100)
  expect((await reading).value).toBe('own')
})

it('waits no longer than loadTimeoutMs', async () => {
  const { runtime, reading, loading } = await waiting((store) => store, stampedeLock(), { loadTimeoutMs: 600 })
  await runtime.advance(599)
  loading.open()
  await settled()
  expect((await reading).value).toBe('loaded')
  const late = await waiting((store) => store, stampedeLock(), { loadTimeoutMs: 600 })
  await late.runtime.advance(600)
  await expect(late.reading).rejects.toMatchObject({
    code: 'LOAD_TIMEOUT',
    message: 'the load of "k" was awaited longer than its timeout of 600 ms',
  })
})

it('waits on if a reader with a shorter loadTimeoutMs, which waited first, gives up', async () => {
  const { runtime, reading, waiter, loading } = await waiting((store) => store, stampedeLock(), { loadTimeoutMs: 600 })
  const patient = waiter.read('k', async () => 'not asked')
  await runtime.advance(600)
  await expect(reading).rejects.toMatchObject({ code: 'LOAD_TIMEOUT' })
  loading.open()
  await settled()
  expect((await patient).value).toBe('loaded')
})

it('ends after loadTimeoutMs even if it waited behind readers that gave up one after another', async () => {
  const options = { loadTimeoutMs: 600 }
  const { runtime, reading, waiter } = await waiting((store) => store, stampedeLock(), options)
  const ended: string[] = []
  const reads = ['second', 'third'].map((name) =>
    waiter.read('k', async () => 'not asked', options).catch(({ code }) => ended.push(`${name} ${code}`)),
  )
  await runtime.advance(610)
  await expect(reading).rejects.toMatchObject({ code: 'LOAD_TIMEOUT' })
  expect(ended.toSorted()).toEqual(['second LOAD_TIMEOUT', 'third LOAD_TIMEOUT'])
  await Promise.all(reads)
})

it('counts loadTimeoutMs again once the reader that it waits for loads itself', async () => {
  const loadingItself = gate()
  const own = async () => {
    await loadingItself.pass()
    return 'own'
  }
  const options = { loadTimeoutMs: 1_000 }
  const { runtime, reading, holder, waiter } = await waiting((store) => store, stampedeLock(), options, own)
  const joining = waiter.read('k', async () => 'not asked', options)
  await runtime.advance(900)
  await holder.invalidate({ keys: ['k'] })
  await loadingItself.reached
  await runtime.advance(300)
  loadingItself.open()
  expect([(await reading).value, (await joining).value]).toEqual(['own', 'own'])
})

it('waits no longer than its own loadTimeoutMs for a reader that waits for longer', async () => {
  const { runtime, reading, waiter, loading } = await waiting()
  const impatient = waiter.read('k', async () => 'not asked', { loadTimeoutMs: 600 }).catch((error: unknown) => error)
  await runtime.advance(601)
  expect(await impatient).toMatchObject({ code: 'LOAD_TIMEOUT' })
  loading.open()
  await settled()
  expect((await reading).value).toBe('loaded')
})

it('has all of loadTimeoutMs for its own load, after it has waited', async () => {
  const runtime = fakeRuntime()
  const store = memoryStore({ runtime })
  const open = () => createCache<string>({ store, read: stampedeLock(), write: invalidate(), runtime })
  const holding = gate()
  const held = open().read('k', () => holding.pass().then(() => Promise.reject(new Error('the load failed'))))
  held.catch(() => {})
  await holding.reached
  const loading = gate()
  const reading = open().read('k', () => loading.pass().then(() => 'own'), { loadTimeoutMs: 600 })
  await runtime.advance(500)
  holding.open()
  await loading.reached
  await runtime.advance(599)
  loading.open()
  expect((await reading).value).toBe('own')
})
