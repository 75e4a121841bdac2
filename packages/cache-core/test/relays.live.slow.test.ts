/** 1,000 writes, transactions committed out of order, two relays, one of which is killed in the middle of a batch. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { seededRandom } from 'workload'
import { cacheAside, createCache, invalidate } from '../src/index.ts'
import { createOutbox } from '../src/postgres/index.ts'
import { redisStore } from '../src/redis/index.ts'
import { connect } from './backends.ts'
import { isEmbedded, pool, scratchOutbox } from './scratch-outbox.ts'

const WRITES = 1_000
/** Concurrent transactions, any of which may commit next. */
const OPEN = 20

it.skipIf(isEmbedded)(
  'invalidates every key after its commit, and skips none',
  async () => {
    const { schema, table, allDelivered } = await scratchOutbox()
    const rows = `${schema}.rows`
    await pool.query(`create table ${rows} (id integer primary key, version integer not null)`)
    await pool.query(`insert into ${rows} select id, 1 from generate_series(1, ${WRITES}) as id`)
    const prefix = `${schema}:`
    const survivor = createOutbox({ pool, schema, pollMs: 10 })
    const store = redisStore({ client: await connect(), prefix, outbox: survivor })
    await survivor.caughtUp()
    const cache = createCache({ store, read: cacheAside({ ttlMs: 600_000 }), write: invalidate() })
    const read = (id: number) =>
      cache.read(`row:${id}`, async () => {
        const found = await pool.query(`select version from ${rows} where id = $1`, [id])
        return found.rows[0].version as number
      })
    const ids = Array.from({ length: WRITES }, (_, i) => i + 1)
    await Promise.all(ids.map(read))

    const doomed = fork(new URL('relay-process.ts', import.meta.url), [schema, prefix, '5'], {
      execArgv: ['--conditions=workspace-source'],
    })
    onTestFinished(() => void doomed.kill('SIGKILL'))
    const hanging = once(doomed, 'message').then(([names]) => names as number)
    const next = seededRandom(7).uniform

    const clients = new Set<pg.PoolClient>()
    onTestFinished(() => {
      for (const client of clients) client.release(true)
    })
    const finish = async (client: pg.PoolClient) => {
      await client.query('commit')
      clients.delete(client)
      client.release()
    }

    // Rows get their ids in one order and are committed in another.
    const open: { id: number; commit: () => Promise<void> }[] = []
    const committed: number[] = []
    for (const id of ids) {
      const client = await pool.connect()
      await client.query('begin')
      await client.query(`update ${rows} set version = 2 where id = $1`, [id])
      await survivor.add(client, { keys: [`row:${id}`] })
      open.push({ id, commit: () => finish(client) })
      if (open.length < OPEN) continue
      const [one] = open.splice(Math.floor(next() * OPEN), 1)
      await one!.commit()
      committed.push(one!.id)
      // Reads continue all the time, and their fills must be invalidated too if they are old.
      void read(1 + Math.floor(next() * WRITES))
      if (committed.length === WRITES / 4) {
        // So far only the doomed relay used the table. If it was slow to start, it found all rows in one batch: give it more.
        let isHanging = false
        void hanging.then(() => {
          isHanging = true
        })
        for (; !isHanging; await sleep(5)) await survivor.add(pool, { keys: ['row:1'] })
        expect(await hanging).toBeGreaterThan(0)
        const held = await pool.query(
          `select count(*)::integer as n from ${table} where delivered_at is null and id not in (
          select id from ${table} where delivered_at is null for update skip locked)`,
        )
        expect(held.rows[0].n).toBeGreaterThan(0)
        survivor.start()
      }
      if (committed.length === WRITES / 2) {
        doomed.kill('SIGKILL')
        await once(doomed, 'exit')
      }
    }
    for (const { id, commit } of open) {
      await commit()
      committed.push(id)
    }
    const inversions = committed.filter((id, i) => i > 0 && id < committed[i - 1]!).length
    expect(inversions).toBeGreaterThan(WRITES / 4)

    await allDelivered()
    await survivor.close()
    const seen = await Promise.all(ids.map(read))
    expect(seen.filter(({ value }) => value !== 2)).toEqual([])
    expect(seen.length).toBe(WRITES)
  },
  60_000,
)
