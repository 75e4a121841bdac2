import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../../../test/made-up-comparison.ts'
import type { Turn } from '../../comparison.ts'
import type { Table } from './content.ts'
import { differences, reconciliation } from './evidence.ts'

const said = ({ blocks }: ReturnType<typeof reconciliation>) =>
  blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : [])).join('\n')

const account = (agree: boolean | null): Pick<Turn, 'account'> => ({
  account: {
    k6: { reads: 10, writes: 1, hits: 5 },
    probe: { reads: 3, writes: 1, hits: 1 },
    server: { reads: agree === true ? 13 : 14, writes: 2, hits: 6 },
    agree,
  },
})

describe('agreement of the counts', () => {
  const of = (...agreed: readonly (boolean | null)[]) =>
    reconciliation(
      madeUpComparison({
        strategies: Object.fromEntries(agreed.map((_, at) => [`s${at}`, {}])),
        turn: Object.fromEntries(agreed.map((agree, at) => [`s${at}`, account(agree)])),
      }),
    )

  it('is claimed of the turns that could be compared, with their number', () => {
    expect(said(of(true, true))).toContain('add up exactly to those of the server in all 10 turns, warm-up included.')
    expect(said(of(true, null))).toContain('exactly to those of the server in the 5 of 10 turns that could be compared')
  })

  it('is not claimed where no turn could be compared', () => {
    const text = said(of(null, null))
    expect(text).not.toContain('exactly')
    expect(text).toContain('In none of the 10 turns could the counts of k6 and the probe be compared')
  })

  it('names the turns that differ, of those that could be compared', () => {
    expect(said(of(true, false, null))).toContain('In 5 of the 10 turns that could be compared, the counts')
  })

  it('is an alarm only where counts differ', () => {
    const marks = (agree: boolean | null) => {
      const tables = of(agree).blocks.flatMap((block): Table[] => (block.kind === 'table' ? [block.table] : []))
      return tables[0]!.rows[0]!.slice(1).map(({ text, mark }) => [text, mark])
    }
    const equal = [
      ['5 + 5 = 10', undefined],
      ['25 + 5 = 30', undefined],
    ]
    expect(marks(true)).toEqual([['50 + 15 = 65', undefined], ...equal, ['5 of 5', 'good']])
    expect(marks(false)).toEqual([['50 + 15 ≠ 70', 'alarm'], ...equal, ['0 of 5', 'alarm']])
    expect(marks(null)).toEqual(['–', '–', '–', '–'].map((text) => [text, undefined]))
  })
})

describe('the chance of a false difference', () => {
  const spread = (runs: number, from: number) => Array.from({ length: runs }, (_, run) => from + run)

  it('is 1 in 126 with 5 runs each', () => {
    const strategies = {
      a: { readP99Ms: spread(5, 1) },
      b: { readP99Ms: spread(5, 9) },
      c: { readP99Ms: spread(5, 2) },
    }
    expect(said(differences(madeUpComparison({ strategies })))).toContain(
      'By chance alone, two equal strategies look different in 1 of 126 cases at 5 runs each. ' +
        'There are 3 pairs for each measure, so if all were equal, 0.024 pairs would look different.',
    )
  })

  it('is that of the counted runs, not of 5', () => {
    const strategies = { a: { readP99Ms: spread(10, 1) }, b: { readP99Ms: spread(10, 9) } }
    expect(said(differences(madeUpComparison({ runs: 10, strategies })))).toContain(
      'in 1 of 92,378 cases at 10 runs each. There is 1 pair for each measure, so if both were equal, 0.000011 pairs would look different.',
    )
  })

  it('is a range if some strategies have fewer counted runs', () => {
    const strategies = {
      a: { readP99Ms: spread(6, 1) },
      b: { readP99Ms: spread(6, 9) },
      c: { readP99Ms: spread(6, 2) },
    }
    const comparison = madeUpComparison({ runs: 6, strategies })
    const turns = comparison.turns.map(
      (turn): Turn => (turn.strategy === 'c' && turn.run === 6 ? { ...turn, status: 'failed-check' } : turn),
    )
    // 2 of C(11, 5) = 462, and 2 of C(12, 6) = 924.
    expect(said(differences({ ...comparison, turns }))).toContain('in 1 of 231 to 1 of 462 cases at 5 to 6 runs each')
  })
})
