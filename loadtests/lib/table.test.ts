import { describe, expect, it } from 'vitest'
import { count, number, percent, table } from './table.ts'

describe('table', () => {
  it('aligns text to the left and figures to the right, under headings and group headings', () => {
    const columns = [
      { head: 'strategy', align: 'left' as const },
      { head: 'hit %' },
      { group: 'hits, ms', head: 'p50' },
      { group: 'hits, ms', head: 'p99' },
    ]
    expect(
      table(columns, [
        ['no-cache', '–', '–', '–'],
        ['cache-aside', '91.2', '0.41', '12.3'],
      ]),
    ).toEqual([
      '                     hits, ms',
      'strategy     hit %   p50   p99',
      '───────────  ─────  ────  ────',
      'no-cache         –     –     –',
      'cache-aside   91.2  0.41  12.3',
    ])
  })

  it('widens columns under a wider group heading', () => {
    const columns = [
      { group: 'a wide heading', head: 'x' },
      { group: 'a wide heading', head: 'y' },
    ]
    expect(table(columns, [['1', '2']])).toEqual([
      'a wide heading',
      '     x       y',
      '──────  ──────',
      '     1       2',
    ])
  })

  it('omits the line of group headings if there are none', () => {
    expect(table([{ head: 'n' }], [['1']])).toHaveLength(3)
  })
})

describe('figures', () => {
  it('have about 3 digits', () => {
    expect([0, 0.4167, 9.99, 12.34, 1203.6, null].map(number)).toEqual(['0', '0.42', '9.99', '12.3', '1204', '–'])
    expect([0, 0.91239, 1, null].map(percent)).toEqual(['0.0', '91.2', '100.0', '–'])
    expect([0, 999, 1000, 1234567].map(count)).toEqual(['0', '999', '1,000', '1,234,567'])
  })
})
