/** The queue by each client library. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cacheAside, createCache, createFlusher, invalidate, writeBehind } from '../src/index.ts'
import { redisStore, redisWriteLog } from '../src/redis/index.ts'
import { clientKinds } from './clients.ts'
import { Place, type Row, rename } from './write-behind.ts'

let place: Place
beforeEach(async () => {
  place = await Place.open()
})
afterEach(() => place.close())

describe.each(clientKinds)('by $name', (kind) => {
  it.each(['replicated', 'fsynced'] as const)('writes are queued, asked for as %s, and passed on', async (confirm) => {
    const { table } = place
    table.insert('k')
    const { client, disconnect } = await kind.connect(place.server.url)
    const warnings: string[] = []
    const onWarning = ({ message }: { message: string }) => void warnings.push(message)
    const log = redisWriteLog({ client, prefix: 'c:', confirm, confirmMs: 5, onWarning })
    const store = redisStore({ client, prefix: 'c:', writeLog: log, onWarning })
    const cache = createCache<Row>({ store, read: cacheAside(), write: writeBehind({ log, otherwise: invalidate() }) })
    const commit = async () => ({ row: table.update('k', 'direct') })
    expect((await cache.write(rename(table, 'k', 'one'), commit)).ack).toMatch(/^(?:memory|fsynced)$/)
    expect((await cache.write(rename(table, 'k', 'two'), commit)).result.row?.version).toBe(3)
    expect((await cache.read('k', () => table.load('k'))).value?.text).toBe('two')
    await createFlusher({ log, store, apply: table.apply }).close()
    expect(table.rows.get('k')?.row).toEqual({ version: 3, text: 'two' })
    if (confirm === 'replicated') expect(warnings).toEqual([expect.stringContaining('not confirmed as replicated')])
    await store.close()
    log.close()
    await disconnect()
  })
})
