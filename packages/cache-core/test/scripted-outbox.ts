/** An outbox whose rounds the test starts, and a store whose answers it decides. Each test has its own table and store. */
import type pg from 'pg'
import { afterEach, beforeEach } from 'vitest'
import { CacheError, type InvalidationTarget } from '../src/index.ts'
import { createOutbox, type OutboxOptions } from '../src/postgres/index.ts'
import { fakeRuntime, type Gate } from '../src/testing/index.ts'
import { pool, type ScratchOutbox, scratchOutbox } from './scratch-outbox.ts'

export const POLL_MS = 200

/** A store that records invalidations, and acknowledges them or not. */
export function listeningStore() {
  const heard: string[] = []
  const store = {
    heard,
    acknowledges: true,
    /** Invalidating everything is refused, as by a Redis without SCAN. */
    refusesAll: false,
    /** An invalidation waits here until the script opens the gate. */
    gate: undefined as Gate | undefined,
    async invalidate(keys: readonly string[], tags: readonly string[]) {
      await store.gate?.pass()
      heard.push(...keys, ...tags.map((tag) => `#${tag}`))
      return store.acknowledges
    },
    invalidateAll() {
      if (store.refusesAll) throw new CacheError('COMMAND_REFUSED', 'SCAN is refused')
      heard.push('*')
      return store.acknowledges
    },
  }
  return store
}

export let scratch: ScratchOutbox
export let store: ReturnType<typeof listeningStore>
beforeEach(async () => {
  scratch = await scratchOutbox()
  store = listeningStore()
})

const clients: pg.PoolClient[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.release(true)
})

/** An outbox whose loop the test starts, with one store attached. */
export function open({
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
export async function transaction() {
  const client = await pool.connect()
  clients.push(client)
  await client.query('begin')
  return client
}

/** Rows that wait 1 s for their writers wait 1 min instead, so that they don't become due on a slow machine. */
export const stretchWaits = () =>
  pool.query(`update ${scratch.table} set due_at = created_at + 60 * (due_at - created_at)`)
export const makeDue = () => pool.query(`update ${scratch.table} set due_at = clock_timestamp()`)
export const heard = () => store.heard.splice(0).sort()
