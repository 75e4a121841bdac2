import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../../../test/made-up-comparison.ts'
import { answer } from './answer.ts'
import { measureTable } from './measure-table.ts'

describe('a cell without a sign', () => {
  const comparison = madeUpComparison({
    strategies: {
      best: { missP50Ms: [1, 1, 1, 1, 1], collapsedRatio: 0.1 },
      few: { missP50Ms: [null, 2, 2, 2, 3], collapsedRatio: 0.2 },
      worse: { missP50Ms: [4, 4, 4, 4, 5], collapsedRatio: [null, 0.1, 0.1, 0.1, 0.1] },
      unknown: { missP50Ms: null },
      'naive-lock': { missP50Ms: [null, 2, 2, 2, 2] },
      'always-hit': { missP50Ms: [null, 2, 2, 2, 2] },
    },
  })
  const columnOf = (measure: 'missP50Ms' | 'collapsedRatio') =>
    Object.fromEntries(measureTable(comparison, '', [measure]).rows.map(([name, cell]) => [name!.text, cell]))

  it('says so if it has too few values to be ranked', () => {
    const { best, few, worse, unknown, ...unranked } = columnOf('missP50Ms')
    expect(best).toMatchObject({ mark: 'best' })
    expect(few!.detail).toBe('[2–3], known in 4 of 5 runs')
    expect(worse!.detail).toBe('[4–5]')
    expect(unknown).toEqual({ text: '–' })
    for (const cell of Object.values(unranked)) expect(cell!.detail).toBeUndefined()
  })

  it('does not in a column without a better direction, where nothing is ranked', () => {
    expect(columnOf('collapsedRatio').worse!.detail).toBeUndefined()
  })

  it('is called worse only in columns with signs', () => {
    const { blocks } = answer(comparison, [], [])
    const text = blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : [])).join('\n')
    expect(text).toContain(
      'No sign in a column with signs: all its runs are worse than all runs of the strategy with the best median; ' +
        '“known in … runs”: too few for a claim. Forms that break their guarantee are not ranked.',
    )
  })
})
