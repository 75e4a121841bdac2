import { describe, expect, it } from 'vitest'
import { cacheAside, createCache, memoryStore, writeThrough } from '../src/index.ts'
import { createOutbox, type OutboxOptions } from '../src/postgres/index.ts'
import { gate } from '../src/testing/index.ts'
import { isEmbedded, pool } from './scratch-outbox.ts'
import { heard, makeDue, open, POLL_MS, scratch, store, stretchWaits, transaction } from './scripted-outbox.ts'

describe('the relay', () => {
  it('delivers due rows once', async () => {
    const outbox = open()
    await outbox.add(pool, { keys: ['a', 'b'], tags: ['t'] })
    await outbox.add(pool, { keys: ['b'], tags: ['t', 'u'] })
    await outbox.round()
    expect(heard()).toEqual(['#t', '#u', 'a', 'b'])
    await outbox.round()
    expect(heard()).toEqual([])
    expect(await outbox.lag()).toEqual({ undelivered: 0, lagMs: 0 })
  })

  it('leaves writes that mark their own rows alone for 1 s', async () => {
    const outbox = open()
    await outbox.add(pool, { keys: ['a'], writeId: 'one' })
    await outbox.add(pool, { keys: ['b'], writeId: 'two' })
    await stretchWaits()
    await outbox.round()
    expect(heard()).toEqual([])
    outbox.delivered('one')
    await outbox.round()
    await makeDue()
    await outbox.round()
    expect(heard()).toEqual(['b'])
  })

  it('does not revoke the claim of a running write', async () => {
    const cache = createCache({ store: memoryStore(), read: cacheAside(), write: writeThrough() })
    const outbox = open({
      store: {
        invalidate: (keys, tags) => cache.invalidate({ keys, tags }),
        invalidateAll: () => cache.invalidateAll(),
      },
    })
    const change = { keys: ['post'], tags: ['posts'], value: (result: string) => result }
    await cache.write(change, async () => {
      await outbox.add(pool, { keys: ['post'], tags: ['posts'], writeId: 'mine' })
      await stretchWaits()
      await outbox.round()
      return 'v2'
    })
    outbox.delivered('mine')
    await outbox.round()
    expect(await scratch.undelivered()).toBe(0)
    expect(await cache.read('post', async () => 'loaded')).toMatchObject({ outcome: 'hit', value: 'v2' })
  })

  it.skipIf(isEmbedded)('delivers both of two rows that were committed in reverse order', async () => {
    const outbox = open()
    const first = await transaction()
    await outbox.add(first, { keys: ['first'] })
    const second = await transaction()
    await outbox.add(second, { keys: ['second'] })
    await second.query('commit')
    await outbox.round()
    expect(heard()).toEqual(['second'])
    await first.query('commit')
    await outbox.round()
    expect(heard()).toEqual(['first'])
  })

  it('marks no unacknowledged row, reports the failure once, and retries', async () => {
    const said: unknown[] = []
    const outbox = open({
      onFailing: (error) => said.push(String(error)),
      onDelivering: () => said.push('delivering'),
    })
    store.acknowledges = false
    await outbox.add(pool, { keys: ['a'] })
    for (let i = 0; i < 5; i++) await outbox.round()
    expect(new Set(heard())).toEqual(new Set(['a']))
    expect(await scratch.undelivered()).toBe(1)
    store.acknowledges = true
    while ((await scratch.undelivered()) > 0) await outbox.round()
    expect(said).toEqual(['Error: the store did not acknowledge an invalidation', 'delivering'])
  })

  it.skipIf(isEmbedded)('marks no row before it was acknowledged', async () => {
    const outbox = open()
    store.gate = gate()
    await outbox.add(pool, { keys: ['a'] })
    const round = outbox.round()
    await store.gate.reached
    expect(await scratch.undelivered()).toBe(1)
    store.gate.open()
    await round
    expect(await scratch.undelivered()).toBe(0)
  })

  it.skipIf(isEmbedded)('takes no rows that another relay has', async () => {
    const [one, two] = [open(), open({ store: { ...store, invalidate: store.invalidate } })]
    store.gate = gate()
    await one.add(pool, { keys: ['a'] })
    const round = one.round()
    await store.gate.reached
    const { gate: held } = store
    store.gate = undefined
    await two.add(pool, { keys: ['b'] })
    await two.round()
    expect(heard()).toEqual(['b'])
    held.open()
    await round
    expect(heard()).toEqual(['a'])
  })

  it('invalidates everything above 10,000 keys', async () => {
    const outbox = open()
    const keys = (from: number, count: number) => Array.from({ length: count }, (_, i) => `k${from + i}`)
    for (let i = 0; i < 10; i++) await outbox.add(pool, { keys: keys(1_000 * i, 1_000) })
    await outbox.round()
    expect(heard()).toHaveLength(10_000)
    for (let i = 0; i < 11; i++) await outbox.add(pool, { keys: keys(1_000 * i, 1_000), tags: ['t'] })
    await outbox.round()
    expect(heard()).toEqual(['*'])
    await outbox.add(pool, { everything: true, tags: ['t'] })
    await outbox.round()
    expect(heard()).toEqual(['*'])
  })

  it('delivers the other rows while one that says everything is refused, and reports that once', async () => {
    const said: unknown[] = []
    const outbox = open({
      onFailing: (error) => said.push(String(error)),
      onDelivering: () => said.push('delivering'),
    })
    store.refusesAll = true
    await outbox.add(pool, { everything: true, tags: ['t'] })
    await pool.query(`insert into ${scratch.table} (keys) select array['k' || i] from generate_series(1, 600) as i`)
    await outbox.round()
    expect([heard().length, await scratch.undelivered()]).toEqual([600, 1])
    await outbox.add(pool, { keys: ['a'], tags: ['t'] })
    await outbox.round()
    expect(heard()).toEqual(['#t', 'a'])
    store.refusesAll = false
    await outbox.round()
    expect([heard(), await scratch.undelivered()]).toEqual([['*'], 0])
    expect(said).toEqual(['CacheError: SCAN is refused', 'delivering'])
  })

  it('prunes rows while one that says everything is refused', async () => {
    const outbox = open({ keepMs: 0 })
    store.refusesAll = true
    await outbox.add(pool, { everything: true })
    await pool.query(`insert into ${scratch.table} (delivered_at) values (clock_timestamp() - interval '1 s')`)
    await outbox.round()
    const { rows } = await pool.query(`select everything from ${scratch.table}`)
    expect(rows).toEqual([{ everything: true }])
  })

  it('delivers more than 10,000 keys by name where invalidating everything is refused', async () => {
    const outbox = open()
    store.refusesAll = true
    await pool.query(
      `insert into ${scratch.table} (keys) select array_agg('k' || i) from generate_series(1, 10001) as i`,
    )
    await outbox.round()
    expect([heard().length, await scratch.undelivered()]).toEqual([10_001, 0])
  })

  it('is not starved by continuous writes', async () => {
    let marked = 0
    const markedWhileHeard: number[] = []
    const outbox = open({
      store: { ...store, invalidate: async () => markedWhileHeard.push(marked) > 0 },
      pool: {
        connect: () => pool.connect(),
        query(text: string, values?: unknown[]) {
          // While these are marked, another write is delivered.
          if (text.includes('write_id = any') && ++marked < 50) outbox.delivered(`write ${marked}`)
          return pool.query(text, values)
        },
      },
    })
    await outbox.add(pool, { keys: ['a'] })
    outbox.delivered('write 0')
    await outbox.round()
    expect(markedWhileHeard).toEqual([1])
  })

  it('marks the rows of writes in a process whose relay does not run', async () => {
    const outbox = open()
    await outbox.add(pool, { keys: ['a'], writeId: 'one' })
    await outbox.add(pool, { keys: ['b'], writeId: 'two' })
    await stretchWaits()
    outbox.delivered('one')
    await outbox.pass(POLL_MS)
    await expect.poll(() => scratch.undelivered()).toBe(1)
    await outbox.close()
    outbox.delivered('two')
    await outbox.pass(POLL_MS)
    await expect.poll(() => scratch.undelivered()).toBe(0)
    expect(heard()).toEqual([])
  })

  it('keeps a limited number of writes to mark, and leaves the others to the relay', async () => {
    const marked: number[] = []
    const outbox = open({
      pool: {
        connect: () => pool.connect(),
        query(text: string, values?: unknown[]) {
          if (text.includes('write_id = any')) marked.push((values![0] as string[]).length)
          return pool.query(text, values)
        },
      },
    })
    for (let i = 0; i < 10_001; i++) outbox.delivered(`write ${i}`)
    await outbox.close()
    outbox.delivered('one more')
    await outbox.close()
    expect(marked).toEqual([10_000, 1])
  })

  it('finds due rows without scanning the delivered ones, for any number of both', async () => {
    await pool.query(
      `insert into ${scratch.table} (keys, delivered_at)
      select array['k' || i], case when i <= 20000 then now() end from generate_series(1, 40000) as i`,
    )
    await pool.query(`analyze ${scratch.table}`)
    let plan = ''
    const explaining: OutboxOptions['pool'] = {
      query: (text: string, values?: unknown[]) => pool.query(text, values),
      async connect() {
        const client = await pool.connect()
        const query = async (text: string, values?: unknown[]) => {
          if (text.includes('skip locked') && plan === '') {
            const { rows } = await client.query(`explain ${text}`, values)
            plan = rows.map((row) => row['QUERY PLAN']).join('\n')
          }
          return client.query(text, values)
        }
        return Object.assign(Object.create(client), { query, release: (error?: Error) => client.release(error) })
      },
    }
    store.acknowledges = false
    await open({ pool: explaining }).round()
    expect(plan).toContain('outbox_undelivered')
    expect(plan).not.toMatch(/outbox_pkey|Seq Scan/)
  })

  it('reports its lag', async () => {
    const outbox = open()
    await outbox.add(pool, { keys: ['a'], writeId: 'not due' })
    await stretchWaits()
    expect(await outbox.lag()).toEqual({ undelivered: 1, lagMs: 0 })
    await outbox.add(pool, { keys: ['b'] })
    await pool.query(`update ${scratch.table} set due_at = due_at - interval '1 min' where keys = '{b}'`)
    const { undelivered, lagMs } = await outbox.lag()
    expect(undelivered).toBe(2)
    expect(lagMs).toBeGreaterThanOrEqual(60_000)
    expect(lagMs).toBeLessThan(70_000)
  })

  it('prunes only rows delivered long ago', async () => {
    const outbox = open({ keepMs: 60_000 })
    await pool.query(
      `insert into ${scratch.table} (keys, created_at, due_at, delivered_at)
      select array['k' || i], now() - interval '1 h', now() + interval '1 h', now() - interval '1 h'
      from generate_series(1, 2500) as i`,
    )
    await outbox.add(pool, { keys: ['young'] })
    await pool.query(`update ${scratch.table} set delivered_at = null where keys = '{k7}'`)
    await outbox.round()
    const { rows } = await pool.query(`select keys[1] as key from ${scratch.table} order by id`)
    expect(rows.map(({ key }) => key)).toEqual(['k7', 'young'])
  })
})

it('delivers a due row between two batches of pruned rows', async () => {
  let batches = 0
  const deliveredAfter: number[] = []
  const outbox = open({
    keepMs: 60_000,
    store: { ...store, invalidate: async () => deliveredAfter.push(batches) > 0 },
    pool: {
      connect: () => pool.connect(),
      async query(text: string, values?: unknown[]) {
        const result = await pool.query(text, values)
        if (text.includes('delete from') && ++batches === 1) await outbox.add(pool, { keys: ['due'] })
        return result
      },
    },
  })
  await pool.query(
    `insert into ${scratch.table} (keys, delivered_at)
    select array['k' || i], now() - interval '1 h' from generate_series(1, 2500) as i`,
  )
  await outbox.round()
  const { rows } = await pool.query(`select keys[1] as key from ${scratch.table}`)
  expect([deliveredAfter, rows]).toEqual([[1], [{ key: 'due' }]])
})

it.skipIf(isEmbedded)('survives the loss of its connection in the middle of a batch', async () => {
  const said: string[] = []
  const outbox = open({ onFailing: (error) => said.push(String(error)) })
  store.gate = gate()
  await outbox.add(pool, { keys: ['a'] })
  const round = outbox.round()
  await store.gate.reached
  await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and query like $1`,
    [`%${scratch.schema}%`],
  )
  store.gate.open()
  await round
  expect(said).toHaveLength(1)
  expect(await scratch.undelivered()).toBe(1)
  while ((await scratch.undelivered()) > 0) await outbox.round()
  expect(new Set(heard())).toEqual(new Set(['a']))
})

it('can’t be started without an attached store, and names the remedy', () => {
  expect(() => createOutbox({ pool }).start()).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringContaining('redisStore({ …, outbox })') }),
  )
})
