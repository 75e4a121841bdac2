import { expect, it } from 'vitest'
import { holdings } from './holdings.ts'
import { races } from './race.ts'

const state = { database: 'v1', acknowledged: 'v1' }
const participants = [
  { name: 'R', does: 'read', process: 'P1' },
  { name: 'W', does: 'write', process: 'P2' },
]

/** What R and W have after each line. */
function after(...lines: string[]): string[][] {
  const rows = lines.map((line) => {
    const [by = '', ...words] = line.split(' ')
    return { broken: { by, text: words.join(' '), state } }
  })
  return rows.map((_, row) => [...holdings({ rows, participants }, 'broken', row).values()])
}

it('a loaded value is on its way until its answer arrives', () => {
  expect(after('R load row → v1', 'W commit → v2', 'R gets the answer to load row', 'R returns v1 (miss)')).toEqual([
    ['v1, on its way', 'nothing'],
    ['v1, on its way', 'v2'],
    ['v1', 'v2'],
    ['returned v1', 'v2'],
  ])
})

it('a load without a later answer was answered immediately', () => {
  expect(after('R load row → v1', 'R fill row with v1 → kept')[0]).toEqual(['v1', 'nothing'])
})

it('a writer is done when its write is acknowledged', () => {
  expect(after('W commit → v2', 'W v2 is acknowledged, its invalidation pending').at(-1)).toEqual(['nothing', 'done'])
})

it('a killed process loses what it has, unless it was done', () => {
  expect(after('R load row → v1', 'adversary kills P1').at(-1)).toEqual(['killed', 'nothing'])
  expect(after('R returns v1 (hit)', 'adversary kills P1').at(-1)).toEqual(['returned v1', 'nothing'])
})

it('everyone has returned, is done or was killed at the end of each guarded form', () => {
  for (const race of races) {
    for (const held of holdings(race, 'guarded', race.rows.length - 1).values()) {
      expect(held).toMatch(/^(returned v\d|done|killed)$/)
    }
  }
})
