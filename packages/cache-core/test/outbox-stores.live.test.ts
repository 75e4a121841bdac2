/** Several stores on one outbox, and several caches over one store. */
import { beforeEach, describe, expect, it } from 'vitest'
import { cacheAside, createCache, invalidate, memoryStore, stampedeLock, writeThrough } from '../src/index.ts'
import { createOutbox } from '../src/postgres/index.ts'
import { redisStore } from '../src/redis/index.ts'
import { fakeRuntime, gate } from '../src/testing/index.ts'
import { connect } from './backends.ts'
import { isEmbedded, pool } from './scratch-outbox.ts'
import { heard, listeningStore, makeDue, open, POLL_MS, scratch, store, stretchWaits } from './scripted-outbox.ts'

describe('with several stores', () => {
  let other: ReturnType<typeof listeningStore>
  beforeEach(() => {
    other = listeningStore()
  })
  const heardThere = () => other.heard.splice(0).sort()
  const attach = (outbox: ReturnType<typeof open>, run = 'server 1') =>
    outbox.attach({
      invalidate: other.invalidate,
      invalidateAll: other.invalidateAll,
      serverRun: async () => run,
    })

  it('marks a row once all have acknowledged it, and delivers it to the others meanwhile', async () => {
    const outbox = open()
    attach(outbox)
    await outbox.add(pool, { keys: ['a'] })
    store.acknowledges = false
    await outbox.round()
    expect([heardThere(), await scratch.undelivered()]).toEqual([['a'], 1])
    store.acknowledges = true
    heard()
    await outbox.round()
    expect([heard(), heardThere(), await scratch.undelivered()]).toEqual([['a'], ['a'], 0])
  })

  it('does not mark a row for all stores when only its writer’s store has confirmed it', async () => {
    const outbox = open()
    attach(outbox)
    await outbox.add(pool, { keys: ['a'], writeId: 'mine' })
    outbox.delivered('mine')
    await stretchWaits()
    await outbox.round()
    expect(await scratch.undelivered()).toBe(1)
    await makeDue()
    await outbox.round()
    expect([heardThere(), await scratch.undelivered()]).toEqual([['a'], 0])
  })

  it('replays to a store attached late the rows delivered to the others on its server', async () => {
    const outbox = open()
    await outbox.catchUp()
    await outbox.add(pool, { keys: ['a'] })
    await outbox.round()
    heard()
    const late = attach(outbox)
    await late.catchUp()
    expect(heardThere()).toEqual(['a'])
    await late.catchUp()
    await outbox.catchUp()
    expect(heardThere()).toEqual([])
  })

  it('replays nothing on a restart, even if the first store catches up before the second is attached', async () => {
    const before = open()
    attach(before)
    await before.catchUp()
    await before.add(pool, { keys: ['a'] })
    await before.round()
    expect([heard(), heardThere()]).toEqual([['a'], ['a']])
    const starting = open()
    const caughtUp = starting.catchUp()
    await Promise.all([caughtUp, attach(starting).catchUp()])
    expect([heard(), heardThere()]).toEqual([[], []])
  })

  it('replays to a returning store the rows delivered while it was detached', async () => {
    const outbox = open()
    const before = attach(outbox)
    await outbox.catchUp()
    before.detach()
    await outbox.add(pool, { keys: ['a'] })
    await outbox.round()
    expect(heardThere()).toEqual([])
    await attach(outbox).catchUp()
    expect(heardThere()).toEqual(['a'])
  })

  it.skipIf(isEmbedded)('delivers a row to a store that is attached while the row is being delivered', async () => {
    const outbox = open()
    await outbox.catchUp()
    store.gate = gate()
    await outbox.add(pool, { keys: ['a'] })
    const round = outbox.round()
    await store.gate.reached
    const { gate: held } = store
    store.gate = undefined
    await attach(outbox).catchUp()
    expect(heardThere()).toEqual(['a'])
    held.open()
    await round
    expect(await scratch.undelivered()).toBe(0)
  })

  it('replays when one of their servers has changed', async () => {
    let run = 'server 2'
    const outbox = open()
    const { invalidate, invalidateAll } = other
    const there = outbox.attach({ invalidate, invalidateAll, serverRun: async () => run })
    await outbox.catchUp()
    await outbox.add(pool, { keys: ['a'] })
    await outbox.round()
    expect(heardThere()).toEqual(['a'])
    await outbox.catchUp()
    await there.catchUp()
    expect(heardThere()).toEqual([])
    run = 'server 3'
    await there.catchUp()
    expect(heardThere()).toEqual(['a'])
  })

  it('does not wait for a detached store, and delivers nothing without a store', async () => {
    const outbox = open()
    const { detach } = attach(outbox)
    other.acknowledges = false
    await outbox.add(pool, { keys: ['a'] })
    await outbox.round()
    expect(await scratch.undelivered()).toBe(1)
    detach()
    await outbox.round()
    expect(await scratch.undelivered()).toBe(0)
    await outbox.add(pool, { keys: ['b'] })
    outbox.start()
    outbox.detach()
    await outbox.pass(POLL_MS)
    await outbox.close()
    expect(await scratch.undelivered()).toBe(1)
  })

  it('resolves caughtUp when all have caught up', async () => {
    const outbox = open()
    const there = attach(outbox)
    let isCaughtUp = false
    const caughtUp = outbox.caughtUp().then(() => {
      isCaughtUp = true
    })
    await outbox.catchUp()
    await outbox.lag()
    expect(isCaughtUp).toBe(false)
    await there.catchUp()
    await caughtUp
    outbox.attach(memoryStore())
    await outbox.caughtUp()
  })
})

describe.each(['memory', 'redis'])('two caches with different TTLs over one %s store', (place) => {
  /** Rows live for 60 s, lists for 5 s. */
  async function openTwo() {
    const runtime = fakeRuntime()
    const outbox = createOutbox({ pool, schema: scratch.schema, runtime, pollMs: POLL_MS })
    const prefix = `${scratch.schema}:`
    const store =
      place === 'memory' ? memoryStore({ outbox, runtime }) : redisStore({ client: await connect(), prefix, outbox })
    const rows = createCache<string>({ store, read: cacheAside({ ttlMs: 60_000 }), write: writeThrough() })
    const lists = createCache<string[]>({ store, read: stampedeLock({ ttlMs: 5_000, jitter: 0 }), write: invalidate() })
    await outbox.caughtUp()
    outbox.start()
    return {
      outbox,
      pass: runtime.advance,
      rows,
      lists,
      row: async () => (await rows.read('post:1', async () => 'a post')).outcome,
      list: async () => (await lists.read('list:newest', async () => ['a post'], { tags: ['lists'] })).outcome,
    }
  }
  type Two = Awaited<ReturnType<typeof openTwo>>
  const outcomes = async ({ row, list }: Two) => [await row(), await list()]
  async function filled() {
    const two = await openTwo()
    await expect.poll(() => outcomes(two), { interval: 1 }).toEqual(['hit', 'hit'])
    return two
  }

  it('are served by one outbox', async () => {
    const two = await filled()
    await two.outbox.add(pool, { keys: ['post:1'], tags: ['lists'] })
    await two.pass(POLL_MS)
    await two.outbox.close()
    expect(await outcomes(two)).toEqual(['miss', 'miss'])
  })

  it('see each other’s writes', async () => {
    const two = await filled()
    const change = { keys: ['post:1'], tags: ['lists'], value: () => 'renamed' }
    await two.rows.write(change, async () => {})
    expect(await outcomes(two)).toEqual(['hit', 'miss'])
    await two.lists.write({ keys: ['post:1'] }, async () => {})
    expect(await outcomes(two)).toEqual(['miss', 'hit'])
    await two.outbox.close()
  })

  it.runIf(place === 'memory')('keep their own TTLs', async () => {
    const two = await filled()
    await two.pass(5_000)
    expect(await outcomes(two)).toEqual(['hit', 'miss'])
    await two.outbox.close()
  })
})
