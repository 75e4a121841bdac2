/** Direct writes beside a queue, on a real Redis: those whose keys only the database knows, and what they leave in Redis. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adaptClient } from '../src/redis/adapt-client.ts'
import { BEGIN_DIRECT } from '../src/redis/queue-scripts.ts'
import { queueKeys } from '../src/redis/redis-keys.ts'
import { runScript } from '../src/redis/run-script.ts'
import { gate } from '../src/testing/index.ts'
import { Place } from './write-behind.ts'

let place: Place
beforeEach(async () => {
  place = await Place.open()
  place.table.insert('k')
})
afterEach(() => place.close())

const marks = async () => (await place.admin.keys('c:w[dm]:*')).sort()
const stored = (key = 'k') => place.table.rows.get(key)?.row

describe('a direct write whose keys are a function', () => {
  it('is not acknowledged if an earlier write of such a key is queued, which will replace it', async () => {
    const [a, b] = [await place.process(), await place.process()]
    expect((await a.rename('k', 'queued')).ack).toBe('memory')
    const direct = b.cache.write({ keys: () => ['k'] }, async () => place.table.update('k', 'direct'))
    await expect(direct).rejects.toMatchObject({
      code: 'WRITE_UNKNOWN',
      key: 'k',
      message: expect.stringContaining('give the keys of existing rows as an array'),
    })
    await a.flusher().close()
    expect(stored()?.text).toBe('queued')
    // The remedy.
    const inTurn = await b.cache.write({ keys: ['k'] }, async () => place.table.update('k', 'direct'))
    expect([inTurn.ack, stored()?.text]).toEqual(['database', 'direct'])
  })

  it('is acknowledged if it changed nothing, although a write of the key is queued', async () => {
    const a = await place.process()
    await a.rename('k', 'queued')
    const change = { keys: () => ['k'], changed: () => false }
    expect((await a.cache.write(change, async () => undefined)).ack).toBe('database')
  })

  it('inserts a row without waiting, and writes of the new row may be queued before it returns', async () => {
    const [a, b] = [await place.process(), await place.process()]
    await a.rename('k', 'queued')
    const committed = gate()
    const inserting = a.cache.write({ keys: () => ['new'] }, async () => {
      place.table.insert('new')
      await committed.pass()
    })
    await committed.reached
    expect((await b.rename('new', 'one')).ack).toBe('memory')
    committed.open()
    expect((await inserting).ack).toBe('database')
  })
})

describe('the mark of a direct write', () => {
  it('is gone after a confirmed write, and can not be evicted after a failed one', async () => {
    const a = await place.process()
    await a.cache.write({ keys: ['k'] }, async () => place.table.update('k', 'direct'))
    expect(await marks()).toEqual([])
    const failing = a.cache.write({ keys: ['k'] }, async () => {
      throw new Error('the connection was lost')
    })
    await expect(failing).rejects.toThrow('the connection was lost')
    for (const name of await marks()) expect(await place.admin.pttl(name)).toBe(-1)
    expect(await marks()).toHaveLength(2)
  })

  it('is removed by later direct writes, if nobody has ended it and its time has passed', async () => {
    const a = await place.process({ buckets: 1 })
    const { pending, direct, marked } = queueKeys('c:', 0)
    const client = adaptClient(a.client)
    const ENDED = -1 // milliseconds from now
    const begin = (key: string, ms: number) =>
      runScript(client, BEGIN_DIRECT, [direct(key), pending, marked], ['of a dead process', ms, key])
    for (let i = 0; i < 250; i++) await begin(`left ${i}`, ENDED)
    await begin('k', ENDED)
    await begin('alive', 30_000)
    for (let i = 0; i < 3; i++) await a.cache.write({ keys: ['k'] }, async () => place.table.update('k', `${i}`))
    expect(await marks()).toEqual([direct('alive'), marked])
    expect(await place.admin.zrange(marked, 0, '-1')).toEqual([direct('alive')])
  })
})
