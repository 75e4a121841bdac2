/** Answers of a server that is no longer the master: it has queued nothing for certain, so nobody needs to ask whether it has. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Place } from './write-behind.ts'

let place: Place
beforeEach(async () => {
  place = await Place.open()
  place.table.insert('k')
})
afterEach(() => place.close())

it.each([
  ['READONLY', 'yes'],
  ['MASTERDOWN', 'no'],
])('after %s a write is refused, with nothing written', async (answer, serveStale) => {
  const demote = async () => {
    await place.admin.config('SET', 'replica-serve-stale-data', serveStale)
    await place.admin.replicaof('127.0.0.1', 1) // nobody answers there
  }
  const a = await place.process({
    wrap: (log) => ({
      ...log,
      async append(key, write) {
        if (JSON.stringify(write.command).includes('two')) await demote()
        return log.append(key, write)
      },
    }),
  })
  await a.rename('k', 'one')
  const sent = await evalCalls()
  await expect(a.rename('k', 'two')).rejects.toMatchObject({
    code: 'WRITE_REFUSED',
    message: expect.stringContaining(answer),
  })
  // The script that queues, and the direct write's beginning and end.
  expect((await evalCalls()) - sent).toBeLessThanOrEqual(3)
  expect(place.table.rows.get('k')?.row.text).toBe('new')
})

async function evalCalls(): Promise<number> {
  const stats = await place.admin.info('commandstats')
  const count = (name: string) =>
    Number(new RegExp(`cmdstat_evalsha:(?:[^\\r\\n]*,)?${name}=(\\d+)`).exec(stats)?.[1] ?? 0)
  return count('calls') + count('rejected_calls')
}
