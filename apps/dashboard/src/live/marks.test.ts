import { expect, it } from 'vitest'
import { concerns, Marks } from './marks.ts'

const mark = (second: number, label = 'flush') => ({
  at: new Date(second * 1_000).toISOString(),
  what: 'flush',
  label,
  strategies: ['tiered'],
})

it('keeps a mark once, although each new connection sends it again', () => {
  const marks = new Marks()
  expect([marks.add(mark(1)), marks.add(mark(1)), marks.add(mark(2))]).toEqual([true, false, true])
  expect(marks.all.map(({ atSeconds }) => atSeconds)).toEqual([1, 2])
})

it('keeps the last 100, by time', () => {
  const marks = new Marks()
  marks.add(mark(200))
  for (let second = 1; second <= 100; second++) marks.add(mark(second))
  expect(marks.all).toHaveLength(100)
  expect([marks.all[0]!.atSeconds, marks.all.at(-1)!.atSeconds]).toEqual([2, 200])
})

it('concerns the strategies it names, or all', () => {
  expect([concerns(mark(1), 'tiered'), concerns(mark(1), 'xfetch')]).toEqual([true, false])
  expect(concerns({ ...mark(1), strategies: [] }, 'xfetch')).toBe(true)
})
