import { describe, expect, it } from 'vitest'
import { nextSort, sorted } from './sorting.ts'

const itself = (value: number | string) => value

describe('sorted', () => {
  it('sorts numbers as numbers, in both directions', () => {
    expect(sorted([10, 9, 100], itself, 'ascending')).toEqual([9, 10, 100])
    expect(sorted([10, 9, 100], itself, 'descending')).toEqual([100, 10, 9])
  })

  it('puts missing figures last in both directions', () => {
    expect(sorted([Number.NaN, 2, 1], itself, 'ascending')).toEqual([1, 2, Number.NaN])
    expect(sorted([Number.NaN, 2, 1], itself, 'descending')).toEqual([2, 1, Number.NaN])
    expect(sorted(['a', Number.NaN, 'z'], itself, 'descending')).toEqual(['z', 'a', Number.NaN])
  })

  it('keeps the order of equal rows, and the given array as it is', () => {
    const rows = [
      { name: 'b', value: 1 },
      { name: 'a', value: 1 },
      { name: 'c', value: 0 },
    ]
    expect(sorted(rows, ({ value }) => value, 'descending').map(({ name }) => name)).toEqual(['b', 'a', 'c'])
    expect(rows[2]!.name).toBe('c')
  })

  it('sorts names', () => {
    expect(sorted(['xfetch', 'no-cache'], itself, 'ascending')).toEqual(['no-cache', 'xfetch'])
  })
})

it('turns the order around at the second click only', () => {
  const first = nextSort(undefined, 'loads', 'descending')
  const second = nextSort(first, 'loads', 'descending')
  expect([first.direction, second.direction]).toEqual(['descending', 'ascending'])
  expect(nextSort(second, 'reads', 'descending')).toEqual({ column: 'reads', direction: 'descending' })
})
