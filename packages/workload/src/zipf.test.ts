import { describe, expect, it } from 'vitest'
import { random } from './random.ts'
import { zipf } from './zipf.ts'

describe('zipf', () => {
  it('makes rank r 1 / r^exponent as likely as rank 1', () => {
    const { probability } = zipf({ items: 1000, exponent: 0.99 })
    expect(probability(1) / probability(2)).toBeCloseTo(2 ** 0.99, 12)
    expect(probability(1) / probability(1000)).toBeCloseTo(1000 ** 0.99, 8)
  })

  it.each([0, 0.5, 0.99, 1, 1.3, 4])('has probabilities that sum to 1 for exponent %d', (exponent) => {
    const { probability } = zipf({ items: 500, exponent })
    let sum = 0
    for (let rank = 1; rank <= 500; rank++) sum += probability(rank)
    expect(sum).toBeCloseTo(1, 12)
  })

  it('maps uniform numbers to ranks at exactly the cumulative probabilities', () => {
    const { rankAt } = zipf({ items: 3, exponent: 1 }) // 6/11, 3/11, 2/11
    expect([0, 0.5454, 0.5455, 0.8181, 0.8182, 0.9999999999999999].map(rankAt)).toEqual([1, 1, 2, 2, 3, 3])
  })

  // 49 degrees of freedom: chance exceeds 85.35 once in 1,000 times; the seed fixes the draws.
  it.each([0, 0.7, 0.99, 1.2])('draws ranks with their probabilities for exponent %d', (exponent) => {
    const { probability, rankAt } = zipf({ items: 50, exponent })
    const draws = 200_000
    const counts = new Array<number>(51).fill(0)
    for (let n = 0; n < draws; n++) counts[rankAt(random(11, 0, n))]!++
    let chiSquare = 0
    for (let rank = 1; rank <= 50; rank++) {
      const expected = draws * probability(rank)
      chiSquare += (counts[rank]! - expected) ** 2 / expected
    }
    expect(chiSquare).toBeLessThan(85.35)
  })

  it('is uniform for exponent 0', () => {
    const { probability, rankAt } = zipf({ items: 8, exponent: 0 })
    expect([1, 4, 8].map(probability)).toEqual([0.125, 0.125, 0.125])
    expect([0, 0.124, 0.125, 0.5, 0.999].map(rankAt)).toEqual([1, 1, 2, 5, 8])
  })

  it('has only rank 1 for one item', () => {
    const { probability, rankAt } = zipf({ items: 1, exponent: 0.99 })
    expect([probability(1), rankAt(0), rankAt(0.999)]).toEqual([1, 1, 1])
  })

  it('stays in range for the largest uniform number with any exponent', () => {
    expect(zipf({ items: 10_000, exponent: 300 }).rankAt(1 - 2 ** -53)).toBe(1)
    expect(zipf({ items: 10_000, exponent: 0 }).rankAt(1 - 2 ** -53)).toBe(10_000)
  })

  it.each([
    [{ items: 0, exponent: 1 }, 'items is 0; it must be a whole number from 1 to 10000000'],
    [{ items: 2.5, exponent: 1 }, 'items is 2.5; it must be a whole number from 1 to 10000000'],
    [{ items: 10, exponent: -0.1 }, 'exponent is -0.1; it must be a number of at least 0'],
    [{ items: 10, exponent: Number.NaN }, 'exponent is NaN; it must be a number of at least 0'],
  ])('refuses %o', (options, message) => {
    expect(() => zipf(options)).toThrow(new RangeError(message))
  })

  it('refuses a rank and a uniform number out of range', () => {
    const { probability, rankAt } = zipf({ items: 10, exponent: 1 })
    expect(() => probability(11)).toThrow('rank is 11; it must be a whole number from 1 to 10')
    expect(() => rankAt(1)).toThrow('uniform is 1; it must be a number in [0, 1)')
  })
})
