import { expect, it } from 'vitest'
import { cellsOf } from './cells.ts'
import type { InspectedEntry, ShownEntry } from './entry-types.ts'

const entry: ShownEntry = {
  kind: 'value',
  version: 3,
  preview: '{"id":42}',
  bytes: 350,
  ageMs: 1_500,
  loadMs: 52,
  freshForMs: 8_500,
  expiresInMs: 8_600,
  identity: '00',
  tags: [],
}
const inspected: InspectedEntry = { strategy: 's', store: 'redis', state: 'known', isNear: false, entry, lease: null }
const text = (change: Partial<InspectedEntry>) =>
  cellsOf({ ...inspected, ...change }).map((cell) => cell.replaceAll('\u00a0', ' '))

it('shows an entry: where, value, times, lease', () => {
  expect(text({})).toEqual(['Redis', 'version 3, 350 bytes: {"id":42}', '1.5 s', '8.5 s', '8.6 s', '52 ms', 'none', ''])
})

it('shows a stale entry, tags, and what memory has', () => {
  const tags = [
    { tag: 'posts', carried: 'a', current: 'b', isCurrent: false },
    { tag: 'authors', carried: null, current: 'b', isCurrent: true },
  ]
  const cells = text({
    store: 'tiered',
    isNear: true,
    entry: { ...entry, freshForMs: -2_000, expiresInMs: null, tags },
  })
  expect([cells[0], cells[3], cells[4], cells[7]]).toEqual([
    'Redis and memory',
    'stale for 2.0 s',
    '',
    'posts: invalidated, authors: not carried',
  ])
})

it('shows nothing, an absent value, a lease, and a library that shows none of it', () => {
  expect(text({ entry: null, lease: { endsInMs: 1_200, isWaitedFor: true } })).toMatchObject({
    1: 'nothing',
    6: '1.2 s left, readers waiting',
  })
  expect(text({ entry: { ...entry, freshForMs: 3_650 * 86_400_000 } })[3]).toBe('3,650 days')
  expect(text({ entry: { ...entry, loadMs: 0.004 } })[5]).toBe('written, not loaded')
  expect(text({ entry: { ...entry, loadMs: 0.01 } })[5]).toBe('0.01 ms')
  expect(text({ entry: { ...entry, kind: 'absent' } })[1]).toBe('there is no such post')
  expect(text({ state: 'unknown' })[1]).toBe('not shown by this library')
  expect(text({ store: 'none', entry: null })[1]).toBe('keeps nothing')
})
