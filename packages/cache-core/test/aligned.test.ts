import { describe, expect, it } from 'vitest'
import { aligned } from '../scripts/aligned.ts'

const story = (...lines: string[]) =>
  lines.map((line) => ({ by: line.split(' ')[0]!, text: line.slice(line.indexOf(' ') + 1) }))

/** `broken | guarded` for each row. */
const rows = (broken: readonly string[], guarded: readonly string[]) =>
  aligned(story(...broken), story(...guarded)).map(({ broken, guarded }) =>
    [broken, guarded].map((line) => (line ? `${line.by} ${line.text}` : '–')).join(' | '),
  )

describe('aligned', () => {
  it('puts the same action in one row, with any answer and version', () => {
    expect(
      rows(
        ['R fill row with v1 → kept', 'P1 returns v1 (hit)'],
        ['R fill row with v1 → refused', 'P1 returns v2 (miss)'],
      ),
    ).toEqual([
      'R fill row with v1 → kept | R fill row with v1 → refused',
      'P1 returns v1 (hit) | P1 returns v2 (miss)',
    ])
  })

  it('leaves a gap where only one form acts', () => {
    expect(
      rows(['R get row → v1', 'R returns v1'], ['R get row → nothing', 'R load row → v2', 'R returns v2']),
    ).toEqual(['R get row → v1 | R get row → nothing', '– | R load row → v2', 'R returns v1 | R returns v2'])
  })

  it('pairs different actions between two equal ones', () => {
    expect(rows(['R load row → v1', 'W commit → v2'], ['R get row → nothing', 'W commit → v2'])).toEqual([
      'R load row → v1 | R get row → nothing',
      'W commit → v2 | W commit → v2',
    ])
  })

  it('keeps every line, in order, when one story ends first', () => {
    expect(rows(['R begins'], ['R begins', 'P2 get row', 'P2 returns v2'])).toEqual([
      'R begins | R begins',
      '– | P2 get row',
      '– | P2 returns v2',
    ])
  })

  it('does not take the same action by another caller for the same', () => {
    expect(rows(['R1 get row'], ['R2 get row'])).toEqual(['R1 get row | R2 get row'])
  })
})
