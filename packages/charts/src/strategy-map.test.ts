import { describe, expect, it } from 'vitest'
import { document, point } from '../test/points.ts'
import { lookOf } from './look.ts'
import { type MapPoint, strategyMap } from './strategy-map.ts'

const naive = { isSound: false, canBeBest: false }
const texts = { timeName: 'read p50', loadsName: 'database loads/s', name: 'the map', unsound: 'breaks its guarantee' }
const drawn = (points: readonly MapPoint[], width = 900) =>
  strategyMap(document, { points, ...texts, width, height: 460 })!
const labelsOf = (map: ReturnType<typeof drawn>) => [...map.querySelectorAll('.halo')]
const textsOf = (map: ReturnType<typeof drawn>) => labelsOf(map).map(({ textContent }) => textContent)

describe('the map', () => {
  it('says which strategy is fastest and which spares the database most, in bold', () => {
    const map = drawn([point('no-cache', 27, 199), point('tiered', 0.7, 20), point('cache-aside', 0.8, 18)])
    expect(textsOf(map).toSorted()).toEqual(['cache-aside: fewest loads', 'no-cache', 'tiered: fastest'])
    const bold = labelsOf(map).filter((label) => label.getAttribute('font-weight') === 'bold')
    expect(bold.map(({ textContent }) => textContent.split(':')[0]).toSorted()).toEqual(['cache-aside', 'tiered'])
  })

  it('says how many do not differ from the best: ranges overlap, or medians differ by less than 10 %', () => {
    const wide = { time: { median: 2, min: 0.9, max: 3 } }
    const map = drawn([point('tiered', 1, 20), point('xfetch', 2, 30, wide), point('cache-aside', 3, 20.5)])
    expect(textsOf(map)).toContain('tiered: fastest (1 alike), fewest loads (1 alike)')
  })

  it('is alike from above 90 % of the other: a gain of 10 % or more is a difference', () => {
    expect(textsOf(drawn([point('tiered', 9.01, 1), point('xfetch', 10, 2)]))).toContain(
      'tiered: fastest (1 alike), fewest loads',
    )
    expect(textsOf(drawn([point('tiered', 9, 1), point('xfetch', 10, 2)]))).toContain('tiered: fastest, fewest loads')
  })

  it('names none best that has too few runs for it, and none without another to compare with', () => {
    const few = [point('tiered', 1, 2, { canBeBest: false }), point('xfetch', 2, 3, { canBeBest: false })]
    for (const points of [few, [...few, point('no-cache', 9, 9)]]) {
      expect(textsOf(drawn(points)).join()).not.toContain(':')
      expect(labelsOf(drawn(points)).some((label) => label.hasAttribute('font-weight'))).toBe(false)
    }
  })

  it('says that the best differs from no other only if the label has room for their number', () => {
    const points = [point('stale-while-revalidate', 1, 1), point('xfetch', 1.01, 1.01)]
    expect(textsOf(drawn(points))).toContain('stale-while-revalidate: fastest (1 alike), fewest loads (1 alike)')
    expect(textsOf(drawn(points, 356))).toContain('stale-while-revalidate')
  })

  it('fills the symbol of each point that is said to be filled, sound or not', () => {
    const fills = (isFilled: boolean) =>
      [...drawn([point('naive-lock', 1, 1, { ...naive, isFilled })]).querySelectorAll('[fill^="var("]')].map((symbol) =>
        symbol.getAttribute('fill'),
      )
    expect(fills(true)).toEqual([lookOf('naive-lock').colour])
    expect(fills(false)).toEqual(['var(--paper)'])
  })

  it('never names a form best that does not keep its guarantee, and says so', () => {
    const map = drawn([point('tiered', 2, 20), point('xfetch', 3, 30), point('naive-lock', 1, 10, naive)])
    expect(textsOf(map)).toContain('‼ naive-lock')
    expect(textsOf(map)).toContain('tiered: fastest, fewest loads')
    expect(map.textContent).toContain('‼ breaks its guarantee')
  })

  it('names every strategy on a phone too', () => {
    const points = [point('manual-invalidation', 1, 10), point('stale-while-revalidate', 1.1, 11)]
    expect(textsOf(drawn(points, 356)).toSorted()).toEqual(['manual-invalidation', 'stale-while-revalidate'])
  })

  it('puts the faster strategy further left, and the one with fewer loads lower', () => {
    const map = drawn([point('no-cache', 27, 199), point('tiered', 0.7, 20)])
    const [x, y] = [map.scale('x')!, map.scale('y')!]
    expect(x.apply(0.7)).toBeLessThan(x.apply(27))
    expect(y.apply(20)).toBeGreaterThan(y.apply(199))
  })

  it('keeps a hostile name as text', () => {
    const hostile = '<img src=x onerror=alert(1)>'
    const map = drawn([point(hostile, 1, 2, { title: hostile })])
    expect(textsOf(map)).toEqual([hostile])
    expect(map.outerHTML).not.toContain('<img')
  })

  it('is undefined without points', () => {
    expect(strategyMap(document, { points: [], ...texts, width: 900, height: 460 })).toBeUndefined()
  })
})
