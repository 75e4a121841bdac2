import { expect, it } from 'vitest'
import { races } from './race.ts'
import { cellsOf } from './state-view.ts'

const race = (id: string) => races.find((each) => each.id === id)!
const texts = (...of: Parameters<typeof cellsOf>) => cellsOf(...of).map(({ name, value }) => `${name}: ${value}`)

it('shows database, cache, lease, acknowledgement, and what each participant has', () => {
  expect(texts(race('stale-set'), 'broken', 7)).toEqual([
    'Database: v2',
    'Cache: v1, old',
    'Lease: R',
    'Acknowledged: v2',
    'R: v1',
    'W: done',
  ])
  expect(texts(race('stale-set'), 'guarded', 7).slice(0, 4)).toEqual([
    'Database: v2',
    'Cache: empty',
    'Lease: nobody',
    'Acknowledged: v2',
  ])
})

it('an entry is wrong only while a reader could use it against an acknowledgement', () => {
  const isWrong = (...of: Parameters<typeof cellsOf>) => cellsOf(...of).find(({ name }) => name === 'Cache')!.isWrong
  expect(isWrong(race('tag-race'), 'broken', 9)).toBe(true)
  expect(isWrong(race('tag-race'), 'guarded', 9)).toBe(false) // its tag has another epoch
  expect(isWrong(race('crash-between-commit-and-invalidation'), 'broken', 6)).toBe(false) // nothing was acknowledged
})

it('has the same cells at every step of a race', () => {
  for (const each of races) {
    const names = each.rows.map((_, row) =>
      cellsOf(each, 'guarded', row)
        .map(({ name }) => name)
        .join(),
    )
    expect(new Set(names).size, each.title).toBe(1)
  }
})
