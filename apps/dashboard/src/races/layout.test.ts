import { describe, expect, it } from 'vitest'
import { layoutOf, MARGIN, ROW_HEIGHT } from './layout.ts'
import { races } from './race.ts'

const race = (id: string) => races.find((each) => each.id === id)!

describe('layoutOf', () => {
  it('has a lane for each participant, later readers, the cache and the database, in this order', () => {
    expect(layoutOf(race('zombie-holder'), 'broken', 480).lanes.map(({ name }) => name)).toEqual([
      'R1',
      'W',
      'R2',
      'later',
      'cache',
      'database',
    ])
  })

  it('has the same lanes and height in both forms', () => {
    for (const each of races) {
      const [broken, guarded] = [layoutOf(each, 'broken', 480), layoutOf(each, 'guarded', 480)]
      expect(broken.lanes).toEqual(guarded.lanes)
      expect(broken.height).toBe(guarded.height)
      expect(broken.height).toBe(each.rows.length * ROW_HEIGHT)
    }
  })

  it('draws requests from their caller to the cache or the database', () => {
    const { lanes, shapes } = layoutOf(race('stale-set'), 'broken', 480)
    const x = Object.fromEntries(lanes.map((lane) => [lane.name, lane.x]))
    expect(shapes[2]).toMatchObject({ kind: 'arrow', from: x.R, to: x.database })
    expect(shapes[7]).toMatchObject({ kind: 'arrow', from: x.R, to: x.cache })
    expect(shapes[9]).toMatchObject({ kind: 'arrow', from: x.later, to: x.cache })
  })

  it('draws the outbox from the database, and faults across all lanes', () => {
    const { lanes, shapes } = layoutOf(race('crash-between-commit-and-invalidation'), 'guarded', 480)
    const x = Object.fromEntries(lanes.map((lane) => [lane.name, lane.x]))
    expect(shapes[8]).toMatchObject({ kind: 'arrow', from: x.database, to: x.cache })
    expect(shapes[6]).toMatchObject({ kind: 'event', label: { action: 'P1 is killed' } })
  })

  it('marks how each form ends', () => {
    for (const each of races) {
      const ends = (['broken', 'guarded'] as const).map((form) => layoutOf(each, form, 480).shapes.at(-1)!)
      expect(ends.map(({ end }) => end)).toEqual(['wrong', 'right'])
      expect(ends[0]!.label.action).toMatch(/^✗ /)
    }
  })

  it('keeps labels between the margin and the edge, also at the width of a phone', () => {
    for (const each of races) {
      for (const form of ['broken', 'guarded'] as const) {
        for (const { label, labelX, anchor } of layoutOf(each, form, 350).shapes) {
          const wide = 6 * `${label.action}${label.answer === undefined ? '' : ` → ${label.answer}`}`.length
          const left = anchor === 'start' ? labelX : anchor === 'end' ? labelX - wide : labelX - wide / 2
          expect(left, label.action).toBeGreaterThanOrEqual(MARGIN - 1)
          expect(left + wide, label.action).toBeLessThanOrEqual(351)
        }
      }
    }
  })
})
