import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  cacheAside,
  createCache,
  type InvalidationTarget,
  invalidate,
  memoryStore,
  stampedeLock,
  writeThrough,
} from '../src/index.ts'
import { createOutbox, type OutboxOptions, outboxTable } from '../src/postgres/index.ts'
import { redisStore } from '../src/redis/index.ts'
import { fakeRuntime, type Gate, gate } from '../src/testing/index.ts'
import { connect } from './backends.ts'
import { isEmbedded, pool, type ScratchOutbox, scratchOutbox } from './scratch-outbox.ts'

const POLL_MS = 200

/** Where invalidations arrive, and are acknowledged or not. */
function listeningStore() {
  const heard: string[] = []
  const store = {
    heard,
    acknowledges: true,
    /** Where an invalidation waits until the script lets it on. */
    gate: undefined as Gate | undefined,
    async invalidate(keys: readonly string[], tags: readonly string[]) {
      await store.gate?.pass()
      heard.push(...keys, ...tags.map((tag) => `#${tag}`))
      return store.acknowledges
    },
    invalidateAll() {
      heard.push('*')
      return store.acknowledges
    },
  }
  return store
}

let scratch: ScratchOutbox
let store: ReturnType<typeof listeningStore>
beforeEach(async () => {
  scratch = await scratchOutbox()
  store = listeningStore()
})

const clients: pg.PoolClient[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.release(true)
})

/** An outbox whose loop the test begins, with one store attached. */
function open({
  store: { invalidate, invalidateAll } = store,
  ...options
}: Partial<OutboxOptions> & { store?: InvalidationTarget } = {}) {
  const runtime = fakeRuntime()
  const outbox = createOutbox({ pool, schema: scratch.schema, runtime, pollMs: POLL_MS, ...options })
  let run = 'server 1'
  const attachment = outbox.attach({ invalidate, invalidateAll, serverRun: async () => run })
  return {
    ...outbox,
    detach: attachment.detach,
    async catchUp(server = run) {
      run = server
      await attachment.catchUp()
    },
    async round() {
      outbox.start()
      await runtime.advance(POLL_MS)
      await outbox.close()
    },
    pass: runtime.advance,
  }
}

/** A connection of one's own, with a transaction begun on it. */
async function transaction() {
  const client = await pool.connect()
  clients.push(client)
  await client.query('begin')
  return client
}

const makeDue = () => pool.query(`update ${scratch.table} set due_at = clock_timestamp()`)
const heard = () => store.heard.splice(0).sort()

describe('the relay', () => {
  it('delivers what is due, once', async () => {
    const outbox = open()
    await outbox.add(pool, { keys: ['a', 'b'], tags: ['t'] })
    await outbox.add(pool, { keys: ['b'], tags: ['t', 'u'] })
    await outbox.round()
    expect(heard()).toEqual(['#t', '#u', 'a', 'b'])
    await outbox.round()
    expect(heard()).toEqual([])
    expect(await outbox.lag()).toEqual({ undelivered: 0, lagMs: 0 })
  })

  it('leaves writes alone that mark their rows themselves, for a second', async () => {
    const outbox = open()
    await outbox.add(pool, { keys: ['a'], writeId: 'one' })
    await outbox.add(pool, { keys: ['b'], writeId: 'two' })
    await outbox.round()
    expect(heard()).toEqual([])
    outbox.delivered('one')
    await outbox.round()
    await makeDue()
    await outbox.round()
    expect(heard()).toEqual(['b'])
  })

  it('doesn’t void the claim of a write under way', async () => {
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
      await outbox.round()
      return 'v2'
    })
    outbox.delivered('mine')
    await outbox.round()
    expect(await scratch.undelivered()).toBe(0)
    expect(await cache.read('post', async () => 'loaded')).toMatchObject({ outcome: 'hit', value: 'v2' })
  })

  it.skipIf(isEmbedded)('delivers both of two rows that were committed in the other order', async () => {
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

  it('marks nothing that was not acknowledged, says so once, and tries again', async () => {
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

  it.skipIf(isEmbedded)('marks nothing before it was acknowledged', async () => {
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

  it('voids everything where that is simpler', async () => {
    const outbox = open()
    const keys = (from: number, count: number) => Array.from({ length: count }, (_, i) => `k${from + i}`)
    for (let i = 0; i < 10; i++) await outbox.add(pool, { keys: keys(1_000 * i, 1_000) })
    await outbox.round()
    expect(heard()).toHaveLength(10_000)
    for (let i = 0; i < 11; i++) await outbox.add(pool, { keys: keys(1_000 * i, 1_000), tags: ['t'] })
    await outbox.round()
    expect(heard()).toEqual(['#t', '*'])
    await outbox.add(pool, { everything: true, tags: ['t'] })
    await outbox.round()
    expect(heard()).toEqual(['#t', '*'])
  })

  it('is not kept from it by writes that go on', async () => {
    let marked = 0
    const markedWhileHeard: number[] = []
    const outbox = open({
      store: { ...store, invalidate: async () => markedWhileHeard.push(marked) > 0 },
      pool: {
        connect: () => pool.connect(),
        query(text: string, values?: unknown[]) {
          // While these are marked another write is delivered.
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

  it('finds what is due without a look at what was delivered today, however much of both there is', async () => {
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

  it('says how far it is behind', async () => {
    const outbox = open()
    await outbox.add(pool, { keys: ['a'], writeId: 'not due' })
    expect(await outbox.lag()).toEqual({ undelivered: 1, lagMs: 0 })
    await outbox.add(pool, { keys: ['b'] })
    await pool.query(`update ${scratch.table} set due_at = due_at - interval '1 min' where keys = '{b}'`)
    const { undelivered, lagMs } = await outbox.lag()
    expect(undelivered).toBe(2)
    expect(lagMs).toBeGreaterThanOrEqual(60_000)
    expect(lagMs).toBeLessThan(70_000)
  })

  it('prunes what was delivered long ago, and nothing that was not', async () => {
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

describe('catching up', () => {
  it('delivers what its writer marks meanwhile as delivered to the server before', async () => {
    const outbox = open()
    await outbox.catchUp('server 1')
    await outbox.add(pool, { keys: ['marked'] })
    await outbox.round()
    expect(heard()).toEqual(['marked'])
    await outbox.add(pool, { keys: ['being marked'], writeId: 'mine' })
    outbox.delivered('mine')
    store.gate = gate()
    const caughtUp = outbox.catchUp('server 2')
    await store.gate.reached
    await outbox.round()
    store.gate.open()
    await caughtUp
    expect(heard()).toEqual(['being marked', 'marked'])
  })

  it('voids everything by itself, whoever else takes the row for it', async () => {
    const there = open({ store: listeningStore() })
    await there.catchUp('server 1')
    await pool.query(
      `insert into ${scratch.table} (keys, tags, delivered_at, delivered_to)
      select array['k' || i], '{t}', now(), 'server 1' from generate_series(1, 10001) as i`,
    )
    const betweenStatements: OutboxOptions['pool'] = {
      connect: () => pool.connect(),
      async query(text: string, values?: unknown[]) {
        const answer = await pool.query(text, values)
        if (text.startsWith('insert')) await there.round()
        return answer
      },
    }
    await open({ pool: betweenStatements }).catchUp('server 2')
    expect(heard()).toEqual(['#t', '*'])
  })

  it('delivers what is not due too', async () => {
    const outbox = open()
    await outbox.add(pool, { keys: ['a'], writeId: 'of a process that died' })
    await outbox.catchUp()
    expect(heard()).toEqual(['a'])
    expect(await scratch.undelivered()).toBe(0)
  })

  it.skipIf(isEmbedded)(
    'delivers what another relay has taken and not delivered yet, without waiting for it',
    async () => {
      const [stuck, returning] = [
        open(),
        open({ store: { ...listeningStore(), invalidate: (keys) => store.heard.push(...keys) > 0 } }),
      ]
      store.gate = gate()
      await stuck.add(pool, { keys: ['a'] })
      const round = stuck.round()
      await store.gate.reached
      await returning.catchUp()
      expect(heard()).toEqual(['a'])
      store.gate.open()
      await round
      expect(await scratch.undelivered()).toBe(0)
    },
  )

  it('delivers again, to another server, what was delivered; to the same one nothing', async () => {
    const outbox = open()
    await outbox.catchUp('server 1')
    await outbox.add(pool, { keys: ['by the relay'] })
    await outbox.add(pool, { keys: ['by its writer'], writeId: 'mine' })
    outbox.delivered('mine')
    await outbox.round()
    expect(heard()).toEqual(['by the relay'])
    await outbox.catchUp('server 1')
    expect(heard()).toEqual([])
    await outbox.catchUp('server 2')
    expect(heard()).toEqual(['by its writer', 'by the relay'])
    await outbox.catchUp('server 2')
    expect(heard()).toEqual([])
  })

  it('knows from the table what a process before it delivered, and to whom', async () => {
    const before = open()
    await before.catchUp('server 1')
    await before.add(pool, { keys: ['a'] })
    await before.round()
    heard()
    await open().catchUp('server 1')
    expect(heard()).toEqual([])
    await open().catchUp('server 2')
    expect(heard()).toEqual(['a'])
  })

  it('voids everything on another server where that is simpler, and does so once', async () => {
    await open().catchUp('server 1')
    await pool.query(
      `insert into ${scratch.table} (keys, tags, delivered_at, delivered_to)
      select array['k' || i], '{t}', now(), 'server 1' from generate_series(1, 10001) as i`,
    )
    await open().catchUp('server 1')
    expect(heard()).toEqual([])
    await open().catchUp('server 2')
    expect(heard()).toEqual(['#t', '*'])
    const late = open()
    await late.catchUp('server 2')
    expect(heard()).toEqual([])
    await late.catchUp('server 3')
    expect(heard()).toEqual(['#t', '*'])
  })

  it('doesn’t look at the rows of a whole day to find that all were delivered to the same server', async () => {
    await pool.query(
      `insert into ${scratch.table} (keys, delivered_at, delivered_to)
      select array['k' || i], now(), 'server 1' from generate_series(1, 50000) as i`,
    )
    await pool.query(`analyze ${scratch.table}`)
    let plan = ''
    const explaining: OutboxOptions['pool'] = {
      connect: () => pool.connect(),
      async query(text: string, values?: unknown[]) {
        if (text.includes('delivered_to is null')) {
          const { rows } = await pool.query(`explain ${text}`, values)
          plan = rows.map((row) => row['QUERY PLAN']).join('\n')
        }
        return pool.query(text, values)
      },
    }
    await open({ pool: explaining }).catchUp('server 1')
    expect(plan).toContain('outbox_delivered')
    expect(plan).not.toContain('Seq Scan')
  })

  it('rejects, and marks nothing, while it is not acknowledged', async () => {
    const outbox = open()
    await outbox.add(pool, { keys: ['a'] })
    store.acknowledges = false
    await expect(outbox.catchUp('server 1')).rejects.toThrow('did not acknowledge')
    expect(await scratch.undelivered()).toBe(1)
  })

  it('marks a hundred thousand rows, and voids everything for them', async () => {
    const outbox = open()
    await pool.query(`insert into ${scratch.table} (keys) select array['k' || i] from generate_series(1, 100000) as i`)
    await outbox.catchUp()
    expect(heard()).toEqual(['*'])
    expect(await scratch.undelivered()).toBe(0)
  })
})

it.skipIf(isEmbedded)('outlives the loss of its connection in the middle of a batch', async () => {
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

it('can’t be started with no store attached, and says how to attach one', () => {
  expect(() => createOutbox({ pool }).start()).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringContaining('redisStore({ …, outbox })') }),
  )
})

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

  it('marks a row once all have acknowledged it, and keeps it from nobody meanwhile', async () => {
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

  it('takes no writer’s word for the others', async () => {
    const outbox = open()
    attach(outbox)
    await outbox.add(pool, { keys: ['a'], writeId: 'mine' })
    outbox.delivered('mine')
    await outbox.round()
    expect(await scratch.undelivered()).toBe(1)
    await makeDue()
    await outbox.round()
    expect([heardThere(), await scratch.undelivered()]).toEqual([['a'], 0])
  })

  it('tells one that is attached late what was delivered before to the others on its server', async () => {
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

  it('tells those of a process that starts nothing twice, though the first asks before the second is attached', async () => {
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

  it('tells one that comes back what was delivered while it was detached', async () => {
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

  it.skipIf(isEmbedded)('tells one that is attached while a row is being delivered', async () => {
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

  it('delivers again when one of their servers is another one', async () => {
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

  it('waits for none that is detached, and without any delivers nothing', async () => {
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

  it('says when all have caught up', async () => {
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
  /** Rows live for a minute, lists for five seconds. */
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

  it('are told by one outbox', async () => {
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

describe('its table', () => {
  const odd = { schema: `Odd "schema'`, table: 'My "outbox"; --' }
  const quoted = `"Odd ""schema'"."My ""outbox""; --"`
  beforeEach(() => pool.query(`create schema "Odd ""schema'"`))
  afterEach(() => pool.query(`drop schema "Odd ""schema'" cascade`))

  it('is made once, however often its statements are run', async () => {
    for (const statement of outboxTable({ schema: scratch.schema })) await pool.query(statement)
    const indexes = async () => {
      const found = await pool.query('select indexname from pg_indexes where schemaname = $1', [scratch.schema])
      return found.rows.map(({ indexname }) => indexname).sort()
    }
    const before = await indexes()
    await pool.query(outboxTable({ schema: scratch.schema }).join(';'))
    expect(await indexes()).toEqual(before)
    expect(before).toEqual(['outbox_delivered', 'outbox_everything', 'outbox_pkey', 'outbox_undelivered'])
  })

  it('is made once by processes that start together', async () => {
    const text = outboxTable(odd).join(';')
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 8 }, () => pool.query(text)))
      await pool.query(`drop table ${quoted}`)
    }
  })

  it('may be called anything', async () => {
    await pool.query(outboxTable(odd).join(';'))
    const outbox = open(odd)
    await outbox.add(pool, { keys: ['a'] })
    await outbox.round()
    expect(heard()).toEqual(['a'])
    await outbox.catchUp('server 2')
    expect(heard()).toEqual(['a'])
    const { rows } = await pool.query(`select delivered_to from ${quoted}`)
    expect(rows).toEqual([{ delivered_to: 'server 2' }])
  })

  it.each([
    ['schema', '', 'schema is ""; give a name'],
    ['table', 'a\0b', 'has a zero byte'],
    ['table', 'é'.repeat(26), 'takes 52 bytes; give at most 51'],
    ['schema', 'x'.repeat(64), 'takes 64 bytes; give at most 63'],
    ['table', '\ud800', 'half a surrogate pair'],
  ])('refuses a %s that Postgres would refuse, or cut: %j', (name, value, message) => {
    expect(() => outboxTable({ [name]: value })).toThrow(message)
    expect(() => createOutbox({ pool, [name]: value })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  })
})
