import { describe, expect, it } from 'vitest'
import { hashOf, moved, placeOf } from './place.ts'
import { races } from './race.ts'

const [first, second] = races as [(typeof races)[0], (typeof races)[0]]

describe('placeOf', () => {
  it('restores what hashOf wrote', () => {
    for (const race of races) {
      for (const row of [0, race.rows.length - 1]) {
        expect(placeOf(hashOf({ race, row }), races)).toEqual({ race, row })
      }
    }
  })

  it('starts at the first step without a step, or with one that is no number', () => {
    for (const hash of [`#${second.id}`, `#${second.id}/`, `#${second.id}/x`]) {
      expect(placeOf(hash, races)).toEqual({ race: second, row: 0 })
    }
  })

  it('takes the nearest step that the race has', () => {
    expect(placeOf(`#${second.id}/999`, races).row).toBe(second.rows.length - 1)
    expect(placeOf(`#${second.id}/-3`, races).row).toBe(0)
  })

  it('takes the first race for an empty or unknown hash', () => {
    for (const hash of ['', '#', '#no-such-race/3', '#<img src=x>/2']) {
      expect(placeOf(hash, races)).toEqual({ race: first, row: 0 })
    }
  })
})

describe('moved', () => {
  it('stays within the race', () => {
    const last = first.rows.length - 1
    expect(moved({ race: first, row: 3 }, 1).row).toBe(4)
    expect(moved({ race: first, row: 0 }, -1).row).toBe(0)
    expect(moved({ race: first, row: last }, 1).row).toBe(last)
  })
})
