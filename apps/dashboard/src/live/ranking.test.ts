import { describe, expect, it } from 'vitest'
import { equalToLeader, leaderOf, rank, type Tally } from './ranking.ts'

const tally = (change: Partial<Tally> = {}): Tally => ({
  reads: 100,
  loads: 10,
  writes: 0,
  staleReads: 0,
  staleMaxMs: Number.NaN,
  timedReads: 100,
  sumOfTimesMs: 100,
  ...change,
})

const names = (ranked: readonly { readonly name: string }[]) => ranked.map(({ name }) => name)

describe('rank', () => {
  it('puts the shortest mean first, with any number of reads', () => {
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
    expect(rank(new Map([['always-hit', ceiling]]))).toEqual({ fastest: [], sparing: [], stale: [] })
  })

  it('lists stale values by number of reads, also of a strategy with few reads', () => {
    const { stale } = rank(
      new Map([
        ['naive-lock', tally({ reads: 3, staleReads: 1, staleMaxMs: 900 })],
        ['cache-aside', tally({ staleReads: 40, staleMaxMs: 5_700 })],
        ['tiered', tally()],
      ]),
    )
    expect(stale).toEqual([
      { name: 'cache-aside', reads: 40, maxMs: 5_700 },
      { name: 'naive-lock', reads: 1, maxMs: 900 },
    ])
  })

  it('ranks nothing by a few reads', () => {
    expect(rank(new Map([['tiered', tally({ reads: 19 })]]))).toMatchObject({ fastest: [], sparing: [] })
  })
})

describe('leaderOf', () => {
  const of = (values: Readonly<Record<string, number>>) =>
    Object.entries(values).map(([name, value]) => ({ name, value }))

  it('is the best, and others within a tenth are equal to it', () => {
    const ranked = of({ xfetch: 1, tiered: 1.09, 'cache-aside': 1.12 })
    expect(leaderOf(ranked)?.name).toBe('xfetch')
    expect(names(equalToLeader(ranked))).toEqual(['tiered'])
  })

  it('is never a naive form, as on the map, and none is equal to it', () => {
    const ranked = of({ 'naive-lock': 1, tiered: 1.2, 'naive-invalidation': 1.21, xfetch: 1.3 })
    expect(leaderOf(ranked)?.name).toBe('tiered')
    expect(names(equalToLeader(ranked))).toEqual(['xfetch'])
  })

  it('is a naive form if there is nothing else', () => {
    const ranked = of({ 'naive-lock': 1, 'naive-invalidation': 1.01 })
    expect(leaderOf(ranked)?.name).toBe('naive-lock')
    expect(equalToLeader(ranked)).toEqual([])
  })

  it('works with ties at 0, and with nothing', () => {
    expect(names(equalToLeader(of({ tiered: 0, xfetch: 0, 'cache-aside': 1 })))).toEqual(['xfetch'])
    expect([leaderOf([]), equalToLeader([])]).toEqual([undefined, []])
  })
})
