import { beforeEach, describe, expect, it } from 'vitest'
import type { OutboxOptions } from '../src/postgres/index.ts'
import { gate } from '../src/testing/index.ts'
import { isEmbedded, pool } from './scratch-outbox.ts'
import { heard, listeningStore, open, scratch, store } from './scripted-outbox.ts'

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

  describe('above 10,000 rows that were delivered to another server', () => {
    beforeEach(async () => {
      await open({ store: listeningStore() }).catchUp('server 1')
      await pool.query(
        `insert into ${scratch.table} (keys, tags, delivered_at, delivered_to)
        select array['k' || i], '{t}', now(), 'server 1' from generate_series(1, 10001) as i`,
      )
    })

    it('invalidates everything, and only once', async () => {
      await open().catchUp('server 1')
      expect(heard()).toEqual([])
      await open().catchUp('server 2')
      expect(heard()).toEqual(['*'])
      const late = open()
      await late.catchUp('server 2')
      expect(heard()).toEqual([])
      await late.catchUp('server 3')
      expect(heard()).toEqual(['*'])
    })

    it('adds no row for attempts that fail', async () => {
      const outbox = open({ store: { ...store, invalidateAll: () => false } })
      for (let i = 0; i < 3; i++) await expect(outbox.catchUp('server 2')).rejects.toThrow('did not acknowledge')
      const { rows } = await pool.query(`select from ${scratch.table} where everything`)
      expect(rows).toHaveLength(0)
    })

    it('delivers all of them by name where invalidating everything is refused, and only once', async () => {
      store.refusesAll = true
      await open().catchUp('server 2')
      const names = heard()
      expect(names.filter((name) => name !== '#t')).toEqual(
        Array.from({ length: 10_001 }, (_, i) => `k${i + 1}`).sort(),
      )
      expect(names).toContain('#t')
      await open().catchUp('server 2')
      expect(heard()).toEqual([])
    })
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

  it('marks 100,000 rows, and invalidates everything for them', { timeout: 60_000 }, async () => {
    const outbox = open()
    await pool.query(`insert into ${scratch.table} (keys) select array['k' || i] from generate_series(1, 100000) as i`)
    await outbox.catchUp()
    expect(heard()).toEqual(['*'])
    expect(await scratch.undelivered()).toBe(0)
  })
})
