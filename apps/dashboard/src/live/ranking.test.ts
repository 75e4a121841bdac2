import { describe, expect, it } from 'vitest'
import { closeBehind, rank, type Tally } from './ranking.ts'

const tally = (change: Partial<Tally> = {}): Tally => ({
  reads: 100,
  loads: 10,
  staleReads: 0,
  staleMaxMs: Number.NaN,
  timedReads: 100,
  sumOfTimesMs: 100,
  ...change,
})

const names = (ranked: readonly { readonly name: string }[]) => ranked.map(({ name }) => name)

describe('rank', () => {
  it('puts the shortest typical read first, whatever the number of reads', () => {
    const { fastest } = rank(
      new Map([
        ['no-cache', tally({ sumOfTimesMs: 2_700 })],
        ['xfetch', tally({ timedReads: 1_000, sumOfTimesMs: 2_000 })],
        ['tiered', tally({ sumOfTimesMs: 300 })],
      ]),
    )
    expect(names(fastest)).toEqual(['xfetch', 'tiered', 'no-cache'])
    expect(fastest[0]!.value).toBe(2)
  })

  it('compares loads per read', () => {
    const { sparing } = rank(
      new Map([
        ['a', tally({ reads: 100, loads: 10 })],
        ['b', tally({ reads: 1_000, loads: 20 })],
      ]),
    )
    expect(sparing).toEqual([
      { name: 'b', value: 0.02 },
      { name: 'a', value: 0.1 },
    ])
  })

  it('leaves out always-hit, which is a ceiling', () => {
    const ceiling = tally({ loads: 0, sumOfTimesMs: 1, staleReads: 50, staleMaxMs: 9_000 })
    expect(rank(new Map([['always-hit', ceiling]]))).toEqual({ fastest: [], sparing: [], old: [] })
  })

  it('lists old values by number of reads, also of a strategy with few reads', () => {
    const { old } = rank(
      new Map([
        ['naive-lock', tally({ reads: 3, staleReads: 1, staleMaxMs: 900 })],
        ['cache-aside', tally({ staleReads: 40, staleMaxMs: 5_700 })],
        ['tiered', tally()],
      ]),
    )
    expect(old).toEqual([
      { name: 'cache-aside', reads: 40, maxMs: 5_700 },
      { name: 'naive-lock', reads: 1, maxMs: 900 },
    ])
  })

  it('ranks nothing by a few reads', () => {
    expect(rank(new Map([['tiered', tally({ reads: 19 })]]))).toMatchObject({ fastest: [], sparing: [] })
  })
})

describe('closeBehind', () => {
  it('names those within a tenth of the first', () => {
    const ranked = [1, 1.09, 1.11].map((value, i) => ({ name: `s${i}`, value }))
    expect(names(closeBehind(ranked))).toEqual(['s1'])
    expect(closeBehind([])).toEqual([])
  })

  it('names ties at 0', () => {
    expect(names(closeBehind([0, 0, 1].map((value, i) => ({ name: `s${i}`, value }))))).toEqual(['s1'])
  })
})
