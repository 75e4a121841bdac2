/** A confirmation blocks its connection: Redis answers nothing else there until it ends. No other command fails for that. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Place } from './write-behind.ts'

let place: Place
beforeEach(async () => {
  place = await Place.open()
  for (const key of ['k', 'l', 'm']) place.table.insert(key)
})
afterEach(() => place.close())

it('commands behind a confirmation that takes longer than their deadline succeed', async () => {
  const a = await place.process({ confirm: 'replicated', confirmMs: 2_500 })
  a.flusher().start()
  const first = a.rename('k', 'one')
  await expect.poll(() => place.admin.info('clients')).toContain('blocked_clients:1')
  const behind = [
    a.rename('l', 'one'),
    a.rename('k', 'two'),
    a.cache.write({ keys: ['m'] }, async () => ({ row: place.table.update('m', 'one') })),
  ]
  expect((await a.cache.read('l', () => place.table.load('l'))).outcome).not.toBe('bypass')
  expect((await first).ack).toBe('memory')
  expect((await Promise.all(behind)).map(({ ack }) => ack)).toEqual(['memory', 'memory', 'database'])
  await a.log.drained(5_000)
  expect(['k', 'l', 'm'].map((key) => place.table.rows.get(key)?.row.text)).toEqual(['two', 'one', 'one'])
  expect(place.warnings).toEqual([{ code: 'QUEUE_UNSAFE', message: expect.stringContaining('within 2500 ms') }])
}, 20_000)
