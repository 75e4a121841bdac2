/** What write-behind guarantees, on a real Redis: races by gates, servers and connections that fail. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cacheAside, expireOnly, invalidate, type WriteLog, type WriteStrategy, writeBehind } from '../src/index.ts'
import { gate } from '../src/testing/index.ts'
import { reads } from './all-strategies.ts'
import { Place } from './write-behind.ts'

let place: Place
beforeEach(async () => {
  place = await Place.open()
  place.table.insert('k')
})
afterEach(() => place.close())

const evict = async () => {
  for (const key of await place.admin.keys('c:e:*')) await place.admin.del(key)
}
const stored = (key = 'k') => place.table.rows.get(key)?.row
const streams = () => place.admin.keys('c:wb:*')

/** Stops the next call of `name` until the gate opens. */
function gated(name: 'append' | 'newest' | 'done', at: ReturnType<typeof gate>): (log: WriteLog) => WriteLog {
  let isNext = true
  return (log) => ({
    ...log,
    [name]: async (...args: never[]) => {
      if (isNext) {
        isNext = false
        await at.pass()
      }
      return (log[name] as (...args: never[]) => unknown)(...args)
    },
  })
}

describe('a queued write', () => {
  it('is read at once in another process, and is in the database after a drain', async () => {
    const [a, b] = [await place.process(), await place.process()]
    expect(await a.rename('k', 'one')).toEqual({ row: { version: 2, text: 'one' }, ack: 'memory' })
    expect(await b.read('k')).toEqual({ version: 2, text: 'one' })
    expect(stored()?.text).toBe('new')
    expect(await a.log.lag()).toMatchObject({ queued: 1, dead: 0 })
    b.flusher().start()
    await a.log.drained(2_000)
    expect(stored()).toEqual({ version: 2, text: 'one' })
    expect(await a.log.lag()).toEqual({ queued: 0, bytes: 0, oldestMs: 0, dead: 0 })
    expect(await place.admin.keys('c:w[bp]:*')).toHaveLength(4) // the empty streams
  })

  it('is read from the backlog once its entry is evicted, without the database', async () => {
    const [a, b] = [await place.process(), await place.process()]
    await a.rename('k', 'one')
    await evict()
    place.table.isDown = true
    expect(await b.read('k')).toEqual({ version: 2, text: 'one' })
    // Not kept: what invalidates the key if its row was changed around the queue would not wait for the write to end.
    expect((await b.cache.read('k', async () => undefined)).outcome).toBe('miss')
  })

  it('is read by readMany from the backlog, and the other keys by one load', async () => {
    const a = await place.process()
    place.table.insert('other')
    await a.rename('k', 'one')
    await evict()
    const asked: (readonly string[])[] = []
    const found = await a.cache.readMany(['k', 'other'], async (missing) => {
      asked.push(missing)
      return new Map(missing.map((key) => [key, stored(key)!]))
    })
    expect([found.get('k')?.value?.text, found.get('other')?.value?.text]).toEqual(['one', 'new'])
    expect(asked).toEqual([['other']])
  })

  it('is looked for before the database: it may leave the backlog in between', async () => {
    const asked = gate()
    const a = await place.process()
    const b = await place.process({ wrap: gated('newest', asked) })
    await a.rename('k', 'one')
    await evict()
    const reading = b.read('k')
    await asked.reached
    await a.flusher().close()
    asked.open()
    expect(await reading).toEqual({ version: 2, text: 'one' })
  })

  it('costs two round trips, and a miss one more than without a queue', async () => {
    const a = await place.process()
    await a.read('k')
    await a.rename('k', 'one') // prepared
    const sent = async (act: () => Promise<unknown>) => {
      await place.admin.config('RESETSTAT')
      await act()
      const stats = await place.admin.info('commandstats')
      return Object.fromEntries(
        [...stats.matchAll(/cmdstat_(mget|evalsha|eval):calls=(\d+)/g)].map(([, name, calls]) => [name, Number(calls)]),
      )
    }
    expect(await sent(() => a.rename('k', 'two'))).toEqual({ mget: 1, evalsha: 1 })
    place.table.insert('l')
    expect(await sent(() => a.read('l'))).toEqual({ mget: 1, evalsha: 3 }) // acquire, the backlog, fill
  })

  it('keeps its version when a later write replaces it in the queue', async () => {
    const a = await place.process()
    for (const text of ['one', 'two', 'three']) await a.rename('k', text)
    await a.flusher().close()
    expect(stored()).toEqual({ version: 4, text: 'three' })
    expect(place.table.history.map(({ row }) => row?.text)).toEqual(['three'])
  })

  it('does not end while a newer one of the same key is queued', async () => {
    const [a, b] = [await place.process(), await place.process()]
    const committed = gate()
    const second = gate()
    const flusher = b.flusher({
      apply: async (writes) => {
        if (stored()?.text === 'one') await second.pass()
        await place.table.apply(writes)
        await committed.pass()
      },
    })
    await a.rename('k', 'one')
    flusher.start()
    await committed.reached
    await a.rename('k', 'two')
    committed.open()
    await second.reached // the first one is done
    await evict()
    expect((await a.read('k'))?.text).toBe('two')
    second.open()
    await flusher.close()
    expect(stored()).toEqual({ version: 3, text: 'two' })
  })

  it('of two writers from one basis, the later is foreseen again', async () => {
    const appending = gate()
    const a = await place.process({ wrap: gated('append', appending) })
    const b = await place.process()
    await b.read('k')
    const slow = a.rename('k', 'slow')
    await appending.reached
    expect((await b.rename('k', 'quick')).row?.version).toBe(2)
    appending.open()
    expect((await slow).row).toEqual({ version: 3, text: 'slow' })
    await b.flusher().close()
    expect(stored()).toEqual({ version: 3, text: 'slow' })
  })

  it('the same for two writers that have read the database, and for one that has found a pending write', async () => {
    for (const [i, prepare] of [async () => {}, async () => evict()].entries()) {
      const appending = gate()
      const a = await place.process({ wrap: gated('append', appending) })
      const b = await place.process()
      await prepare()
      const slow = a.rename('k', 'slow')
      await appending.reached
      await place.admin.del(...(await place.admin.keys('c:l:*'))) // its lease ends: the other one need not wait
      expect((await b.rename('k', 'quick')).row?.version).toBe(2 * i + 2)
      appending.open()
      expect((await slow).row?.version).toBe(2 * i + 3)
    }
  })

  it('100 writes by 4 processes to 3 keys: each version once, and the database ends at the last', async () => {
    const processes = await Promise.all([1, 2, 3, 4].map(() => place.process()))
    const keys = ['k', 'l', 'm']
    for (const key of keys) place.table.insert(key)
    processes[0]!.flusher().start()
    processes[1]!.flusher().start()
    const versions = new Map<string, number[]>(keys.map((key) => [key, []]))
    await Promise.all(
      processes.map(async (process, p) => {
        for (let i = 0; i < 25; i++) {
          const key = keys[(p + i) % 3]!
          const { row } = await process.rename(key, `${p} ${i}`)
          versions.get(key)!.push(row!.version)
        }
      }),
    )
    await processes[2]!.log.drained(5_000)
    for (const [key, seen] of versions) {
      const expected = Array.from(seen, (_, i) => i + 2)
      expect(seen.sort((x, y) => x - y)).toEqual(expected)
      expect(stored(key)?.version).toBe(expected.at(-1))
    }
  })
})

describe.each(reads.map((read) => ({ name: read().name, read })))('with $name', ({ read }) => {
  it('writes are read at once everywhere, and are in the database after a drain', async () => {
    const [a, b] = [await place.process({ read: read() }), await place.process({ read: read() })]
    await b.read('k')
    expect((await a.rename('k', 'one')).ack).toBe('memory')
    expect((await b.rename('k', 'two')).row?.version).toBe(3)
    expect((await a.read('k'))?.text).toBe('two')
    await evict()
    expect((await a.read('k'))?.text).toBe('two')
    expect(stored()?.text).toBe('new')
    await a.flusher().close()
    expect((await b.read('k'))?.text).toBe('two')
    expect(stored()).toEqual({ version: 3, text: 'two' })
  })
})

describe('a refresh under way', () => {
  it('does not replace a write that is queued meanwhile', async () => {
    const a = await place.process({ read: { ...cacheAside(), evaluate: () => 'refresh' } })
    await a.read('k')
    const loading = gate()
    const refreshed = a.cache.read('k', async () => {
      const row = stored()
      await loading.pass()
      return row
    })
    expect((await refreshed).value?.text).toBe('new')
    await loading.reached
    const b = await place.process()
    expect((await b.rename('k', 'one')).row?.version).toBe(2)
    loading.open()
    await a.cache.close() // waits for the refresh
    expect((await b.read('k'))?.text).toBe('one')
  })
})

describe('a deletion', () => {
  it('is read at once, stays, and ends writes to the row', async () => {
    const [a, b] = [await place.process(), await place.process()]
    await a.rename('k', 'one')
    expect(await a.remove('k')).toBe(true)
    expect(await b.read('k')).toBeUndefined()
    expect(await b.remove('k')).toBe(false)
    expect((await b.rename('k', 'two')).row).toBeUndefined()
    await evict()
    expect(await b.read('k')).toBeUndefined()
    expect((await a.log.lag()).queued).toBe(2)
    await a.flusher().close()
    expect(stored()).toBeUndefined()
  })

  it('is not undone by a flusher that wakes up with an older write', async () => {
    const [a, b] = [await place.process(), await place.process()]
    const paused = gate()
    a.flusher({
      apply: async (writes) => {
        await paused.pass()
        await place.table.apply(writes)
      },
    }).start()
    await a.rename('k', 'one')
    await paused.reached
    await a.remove('k')
    const other = b.flusher({ takeOverAfterMs: 1 })
    other.start()
    await a.log.drained(2_000)
    expect(stored()).toBeUndefined()
    paused.open()
    await expect.poll(() => place.table.applies).toBeGreaterThanOrEqual(2)
    expect(stored()).toBeUndefined()
    expect(await b.read('k')).toBeUndefined()
  })
})

describe('a list', () => {
  it('is current after a drain', async () => {
    const [a, b] = [await place.process(), await place.process()]
    expect(await b.list()).toEqual(['k new'])
    await a.rename('k', 'one')
    expect(await b.list()).toEqual(['k new'])
    a.flusher().start()
    await b.log.drained(2_000)
    expect(await b.list()).toEqual(['k one'])
  })
})

describe('a flusher', () => {
  it('takes over what a dead one has taken', async () => {
    const [a, b] = [await place.process({ buckets: 1 }), await place.process({ buckets: 1 })]
    place.table.insert('l')
    const dead = gate()
    a.flusher({ apply: () => dead.pass() }).start()
    await a.rename('k', 'one')
    await dead.reached
    await a.rename('l', 'one')
    // Until then nobody else works on the bucket, so that the order is kept.
    await b.flusher({ takeOverAfterMs: 60_000 }).close()
    expect([stored('k')?.text, stored('l')?.text]).toEqual(['new', 'new'])
    b.flusher({ takeOverAfterMs: 1 }).start()
    await a.log.drained(2_000)
    expect(stored()?.text).toBe('one')
    for (const name of await streams()) expect(await place.admin.xinfo('CONSUMERS', name, 'flushers')).toEqual([])
  })

  it('changes nothing when it repeats what it committed before it died', async () => {
    const a = await place.process({
      wrap: (log) => {
        let isFirst = true
        return {
          ...log,
          async done(...args) {
            if (isFirst) {
              isFirst = false
              throw new Error('killed between commit and done')
            }
            return log.done(...args)
          },
        }
      },
    })
    await a.rename('k', 'one')
    await a.flusher().close()
    expect(place.table.applies).toBe(2)
    expect(place.table.history).toHaveLength(1)
    expect((await a.log.lag()).queued).toBe(0)
  })

  it('moves a write that the database refuses to the dead letters, while others pass', async () => {
    const a = await place.process({ buckets: 1 })
    const dead: string[] = []
    place.table.insert('other')
    place.table.refuse = ({ command }) => JSON.stringify(command).includes('poison')
    await a.rename('k', 'one')
    await a.rename('k', 'poison')
    const flusher = a.flusher({ onDead: ({ key }) => dead.push(key) })
    flusher.start()
    for (let i = 0; dead.length === 0 && i < 50; i++) {
      await a.rename('other', `${i}`)
      await expect.poll(() => stored('other')?.text).toBe(`${i}`)
    }
    expect(dead).toEqual(['k'])
    expect(stored()?.text).toBe('one')
    expect((await a.read('k'))?.text).toBe('one')
    expect(await a.log.lag()).toMatchObject({ queued: 0, bytes: 0, dead: 1 })
    const [letter] = await place.admin.xrange('c:wx:{wb0}', '-', '+')
    expect(letter![1]).toEqual(expect.arrayContaining(['key', 'k', 'reason', 'k breaks a rule']))
  })

  it('moves refused writes to the dead letters, although no other write passes', async () => {
    const a = await place.process({ buckets: 1 })
    const dead: string[] = []
    place.table.insert('other')
    place.table.refuse = () => true
    await a.rename('k', 'poison')
    await a.rename('other', 'poison')
    const flusher = a.flusher({
      isRefused: (error) => /breaks a rule/.test(String(error)),
      onDead: ({ key }) => dead.push(key),
    })
    flusher.start()
    await expect.poll(() => dead.toSorted(), { timeout: 5_000 }).toEqual(['k', 'other'])
    expect(await a.log.lag()).toMatchObject({ queued: 0, dead: 2 })
    expect((await a.read('k'))?.text).toBe(stored()?.text)
  })

  it('buries a refused write only after the earlier ones of its key', async () => {
    const a = await place.process({ buckets: 1 })
    const dead: string[] = []
    let isLocked = true
    place.table.refuse = ({ command }) => JSON.stringify(command).includes('poison')
    const apply = async (writes: Parameters<typeof place.table.apply>[0]) => {
      if (isLocked && writes.some(({ command }) => JSON.stringify(command).includes('one'))) throw new Error('locked')
      await place.table.apply(writes)
    }
    await a.rename('k', 'one')
    await a.rename('k', 'poison')
    const isRefused = (error: unknown) => /breaks a rule/.test(String(error))
    a.flusher({ apply, isRefused, onDead: ({ key }) => dead.push(key) }).start()
    await expect.poll(() => place.table.applies, { timeout: 5_000 }).toBeGreaterThan(8)
    expect(dead).toEqual([])
    expect((await a.read('k'))?.text).toBe('poison')
    isLocked = false
    await expect.poll(() => dead, { timeout: 5_000 }).toEqual(['k'])
    expect([stored()?.text, (await a.read('k'))?.text]).toEqual(['one', 'one'])
  })

  it('buries no write that others prevent, if the database says which it refuses', async () => {
    const a = await place.process({ buckets: 1 })
    const dead: string[] = []
    place.table.insert('other')
    const apply = async (writes: Parameters<typeof place.table.apply>[0]) => {
      if (writes.some(({ key }) => key === 'k')) throw new Error('canceling statement due to lock timeout')
      await place.table.apply(writes)
    }
    await a.rename('k', 'one')
    a.flusher({ apply, isRefused: () => false, onDead: ({ key }) => dead.push(key) }).start()
    for (let i = 0; i < 5; i++) {
      await a.rename('other', `${i}`)
      await expect.poll(() => stored('other')?.text).toBe(`${i}`)
    }
    expect(dead).toEqual([])
    expect((await a.read('k'))?.text).toBe('one')
  })

  it.each([
    ['with isRefused', { isRefused: (error: unknown) => /breaks a rule/.test(String(error)) }],
    ['without', {}],
  ])('buries nothing because the database is down, and then passes all on, %s', async (_, options) => {
    const a = await place.process()
    const failures: unknown[] = []
    await a.rename('k', 'one')
    place.table.isDown = true
    const flusher = a.flusher({ ...options, onFailing: (error) => failures.push(error) })
    flusher.start()
    await expect.poll(() => place.table.applies, { timeout: 3_000 }).toBeGreaterThan(8)
    expect(failures).toHaveLength(1)
    expect(await a.log.lag()).toMatchObject({ queued: 1, dead: 0 })
    place.table.isDown = false
    await flusher.close()
    expect(stored()?.text).toBe('one')
  })

  it('drains when it closes, within its limit, and gives back the rest', async () => {
    const a = await place.process()
    for (let i = 0; i < 20; i++) place.table.insert(`k${i}`)
    await Promise.all(Array.from({ length: 20 }, (_, i) => a.rename(`k${i}`, 'one')))
    place.table.isDown = true
    const flusher = a.flusher()
    await flusher.close(50)
    expect((await a.log.lag()).queued).toBe(20)
    place.table.isDown = false
    await a.flusher({ batch: 3 }).close(5_000)
    expect((await a.log.lag()).queued).toBe(0)
  })
})

describe('while the database is down', () => {
  it('writes to cached and pending rows go on, and nothing is queued for others', async () => {
    const a = await place.process()
    place.table.insert('unknown')
    await a.read('k')
    place.table.isDown = true
    expect((await a.rename('k', 'one')).ack).toBe('memory')
    await evict()
    expect((await a.rename('k', 'two')).row?.version).toBe(3)
    await expect(a.rename('unknown', 'one')).rejects.toThrow('the database is down')
    expect((await a.log.lag()).queued).toBe(2)
  })
})

describe('a direct write', () => {
  it('waits for the queued writes of its key, and is waited for by new ones', async () => {
    const [a, b] = [await place.process(), await place.process()]
    await a.rename('k', 'one')
    const committing = gate()
    const direct = b.cache.write({ keys: ['k'] }, async () => {
      const row = place.table.update('k', 'direct')
      await committing.pass()
      return row
    })
    a.flusher().start()
    await committing.reached
    expect(stored()).toEqual({ version: 3, text: 'direct' })
    const during = await a.rename('k', 'during')
    expect(during).toEqual({ row: { version: 4, text: 'during' }, ack: 'database' })
    committing.open()
    expect((await direct).ack).toBe('database')
    expect(await a.rename('k', 'after')).toEqual({ row: { version: 5, text: 'after' }, ack: 'memory' })
    await a.log.drained(2_000)
    expect(stored()).toEqual({ version: 5, text: 'after' })
  })

  it('fails if the queue does not pass its key on in time', async () => {
    const a = await place.process({ waitMs: 30 })
    await a.rename('k', 'one')
    const direct = a.cache.write({ keys: ['k'] }, async () => place.table.update('k', 'direct'))
    await expect(direct).rejects.toMatchObject({ code: 'WRITE_REFUSED', message: expect.stringContaining('flusher') })
    expect(stored()?.text).toBe('new')
    expect((await a.rename('k', 'two')).ack).toBe('memory')
  })

  it('that is not confirmed keeps others from being queued: the entry may be the one before it', async () => {
    const unconfirmed: WriteStrategy = {
      ...invalidate(),
      write: async (_change, commit) => ({ result: await commit(), ack: 'database', isConfirmed: false }),
    }
    const a = await place.process({ otherwise: unconfirmed })
    await a.read('k')
    await a.cache.write({ keys: ['k'] }, async () => place.table.update('k', 'direct'))
    expect(await a.rename('k', 'one')).toEqual({ row: { version: 3, text: 'one' }, ack: 'database' })
  })

  it('around the cache is replaced by a write that was queued before', async () => {
    const a = await place.process()
    await a.rename('k', 'one')
    place.table.update('k', 'by psql')
    await a.flusher().close()
    expect(stored()).toEqual({ version: 2, text: 'one' })
  })
})

it('a strategy that leaves old entries is refused for direct writes', async () => {
  const { log } = await place.process()
  expect(() => writeBehind({ log, otherwise: expireOnly() })).toThrow(
    'otherwise is "expire-only" (a string); give a write strategy whose writes are read immediately',
  )
})

describe('a full queue', () => {
  it('makes writes wait for the database, and holds its memory', async () => {
    const a = await place.process({ buckets: 1, maxQueued: 5 })
    const names = Array.from({ length: 12 }, (_, i) => `k${i}`)
    for (const name of names) place.table.insert(name)
    const acks: string[] = []
    for (const name of names) acks.push((await a.rename(name, 'one')).ack)
    expect(acks).toEqual([...Array(5).fill('memory'), ...Array(7).fill('database')])
    const again = a.rename('k0', 'two') // its key is queued, so it waits
    a.flusher().start()
    expect(await again).toEqual({ row: { version: 3, text: 'two' }, ack: 'database' })
    expect(stored('k0')).toEqual({ version: 3, text: 'two' })
  })

  it('takes no more than maxQueued writes in all buckets together', async () => {
    const a = await place.process({ buckets: 4, maxQueued: 10 })
    const names = Array.from({ length: 40 }, (_, i) => `k${i}`)
    for (const name of names) place.table.insert(name)
    for (const name of names) await a.rename(name, 'one')
    expect((await a.log.lag()).queued).toBe(8) // 2 in each bucket
  })

  it('is full by bytes too', async () => {
    const a = await place.process({ buckets: 1, maxBytes: 2_000 })
    const acks: string[] = []
    for (let i = 0; i < 3; i++) place.table.insert(`k${i}`)
    for (let i = 0; i < 3; i++) acks.push((await a.rename(`k${i}`, 'x'.repeat(250))).ack)
    expect(acks).toEqual(['memory', 'memory', 'database'])
  })

  it.each(['maxQueued', 'maxBytes'])('is refused if %s is less than one for each bucket', async (name) => {
    await expect(place.process({ buckets: 16, [name]: 10 })).rejects.toThrow(
      `${name} is 10; give at least 16, since the 16 buckets share it, or fewer buckets`,
    )
  })
})
