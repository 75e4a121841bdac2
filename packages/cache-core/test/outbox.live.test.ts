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

/** A store that records invalidations, and acknowledges them or not. */
function listeningStore() {
  const heard: string[] = []
  const store = {
    heard,
    acknowledges: true,
    /** An invalidation waits here until the script opens the gate. */
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

/** An outbox whose loop the test starts, with one store attached. */
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

/** A separate connection with an open transaction. */
async function transaction() {
  const client = await pool.connect()
  clients.push(client)
  await client.query('begin')
  return client
}

const makeDue = () => pool.query(`update ${scratch.table} set due_at = clock_timestamp()`)
const heard = () => store.heard.splice(0).sort()

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
    expect(heard()).toEqual(['#t', '*'])
    await outbox.add(pool, { everything: true, tags: ['t'] })
    await outbox.round()
    expect(heard()).toEqual(['#t', '*'])
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

describe('catching up', () => {
  it('delivers a row that its writer meanwhile marks as delivered to the previous server', async () => {
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

  it('invalidates everything itself, even if another relay takes the row for it', async () => {
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

  it('delivers rows that are not due too', async () => {
    const outbox = open()
    await outbox.add(pool, { keys: ['a'], writeId: 'of a process that died' })
    await outbox.catchUp()
    expect(heard()).toEqual(['a'])
    expect(await scratch.undelivered()).toBe(0)
  })

  it.skipIf(isEmbedded)(
    'delivers rows that another relay has taken but not delivered yet, without waiting for it',
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

  it('replays delivered rows to another server, and none to the same one', async () => {
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

  it('knows from the table which rows an earlier process delivered to which server', async () => {
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

  it('invalidates everything on another server above 10,000 rows, and only once', async () => {
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

  it('does not scan a day’s rows to find that all were delivered to the same server', async () => {
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

  it('rejects and marks nothing without an acknowledgement', async () => {
    const outbox = open()
    await outbox.add(pool, { keys: ['a'] })
    store.acknowledges = false
    await expect(outbox.catchUp('server 1')).rejects.toThrow('did not acknowledge')
    expect(await scratch.undelivered()).toBe(1)
  })

  it('marks 100,000 rows, and invalidates everything for them', async () => {
    const outbox = open()
    await pool.query(`insert into ${scratch.table} (keys) select array['k' || i] from generate_series(1, 100000) as i`)
    await outbox.catchUp()
    expect(heard()).toEqual(['*'])
    expect(await scratch.undelivered()).toBe(0)
  })
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

describe('its table', () => {
  const odd = { schema: `Odd "schema'`, table: 'My "outbox"; --' }
  const quoted = `"Odd ""schema'"."My ""outbox""; --"`
  beforeEach(() => pool.query(`create schema "Odd ""schema'"`))
  afterEach(() => pool.query(`drop schema "Odd ""schema'" cascade`))

  it('is created once, even if its statements are run repeatedly', async () => {
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

  it('is created once by processes that start at the same time', async () => {
    const text = outboxTable(odd).join(';')
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 8 }, () => pool.query(text)))
      await pool.query(`drop table ${quoted}`)
    }
  })

  it('may have any name', async () => {
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
    ['table', 'a\0b', 'contains a zero byte'],
    ['table', 'é'.repeat(26), 'takes 52 bytes; give at most 51'],
    ['schema', 'x'.repeat(64), 'takes 64 bytes; give at most 63'],
    ['table', '\ud800', 'half a surrogate pair'],
  ])('refuses a %s that Postgres would refuse or truncate: %j', (name, value, message) => {
    expect(() => outboxTable({ [name]: value })).toThrow(message)
    expect(() => createOutbox({ pool, [name]: value })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  })
})
