import { expect, it } from 'vitest'
import { differsAt, lastRow, races, stateAt } from './race.ts'

const state = { database: 'v1', acknowledged: 'v1' }
const step = (text: string, database = 'v1') => ({ by: 'R', text, state: { ...state, database } })
const decidedBy = { file: 'f.ts', line: 1, from: 1, lines: [''], row: 1 }

it('has the races of docs/races.md, each with its deciding line and two forms', () => {
  expect(races.length).toBe(11)
  for (const race of races) {
    const { decidedBy } = race
    expect(decidedBy.lines[decidedBy.line - decidedBy.from]!.trim()).not.toBe('')
    expect(decidedBy.row).toBeLessThan(race.rows.length)
    for (const form of ['broken', 'guarded'] as const) expect(lastRow(race, form)).toBeGreaterThan(0)
  }
})

it('no race differs between its forms before the line that decides it', () => {
  for (const race of races) {
    for (let row = 0; row < race.decidedBy.row; row++) {
      // Of a killed holder's lease, only the time to its end differs until another reader gets it.
      if (race.id === 'dead-holder' && row >= 6) continue
      expect(differsAt(race, row), `${race.title}, step ${row + 1}`).toBe(false)
    }
  }
})

it('differs where the text, the caller or the existence of a step does', () => {
  const rows = [
    { broken: step('get row'), guarded: step('get row', 'v2') },
    { broken: step('get row'), guarded: step('get row') },
    { broken: step('fill → kept'), guarded: step('fill → refused') },
    { guarded: step('begins') },
  ]
  expect(rows.map((_, row) => differsAt({ rows, decidedBy }, row))).toEqual([false, true, true, true])
})

it('keeps the state of the last step while a form does nothing', () => {
  const rows = [{ guarded: step('begins') }, { broken: step('commit', 'v2') }, { guarded: step('begins') }]
  expect([0, 1, 2].map((row) => stateAt({ rows }, 'broken', row).database)).toEqual(['v1', 'v2', 'v2'])
})
