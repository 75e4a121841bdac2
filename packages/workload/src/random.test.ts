import { describe, expect, it } from 'vitest'
import { random } from './random.ts'

/** Pearson's chi-squared statistic for equally likely cells. */
function chiSquare(counts: number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

function histogram(cells: number, draws: number, draw: (n: number) => number): number[] {
  const counts = new Array<number>(cells).fill(0)
  for (let n = 0; n < draws; n++) counts[Math.floor(draw(n) * cells)]!++
  return counts
}

describe('random', () => {
  it('gives the same numbers for the same arguments, on every machine and in every release', () => {
    expect([0, 1, 2, 3].map((n) => random(1, 0, n))).toEqual([
      0.3831803537318649, 0.3747667397924226, 0.6579514260798706, 0.4447137220454047,
    ])
    expect(random(0, 0, 0)).toBe(0.05728847504123513)
    expect(random(2 ** 53 - 1, 2 ** 32 - 1, 2 ** 53 - 1)).toBe(0.8964834713532823)
  })

  it('distinguishes seeds, streams and counters by their high and low words', () => {
    const numbers = new Set([
      ...[random(1, 2, 3), random(2, 1, 3), random(3, 2, 1), random(1, 3, 2)],
      ...[random(2 ** 32, 0, 0), random(0, 0, 2 ** 32), random(1, 0, 0), random(0, 1, 0), random(0, 0, 1)],
    ])
    expect(numbers.size).toBe(9)
  })

  // 100 cells, 99 degrees of freedom: chance exceeds 148.2 once in 1,000 times, but the seeds are fixed.
  it.each([0, 1, 42, 2 ** 40])('fills 100 cells evenly for seed %d', (seed) => {
    expect(chiSquare(histogram(100, 100_000, (n) => random(seed, 0, n)))).toBeLessThan(148.2)
  })

  it('draws pairs from neighbouring counters, streams and seeds independently', () => {
    const partners = [
      (n: number) => random(7, 0, n + 1),
      (n: number) => random(7, 1, n),
      (n: number) => random(8, 0, n),
    ]
    for (const partner of partners) {
      const pairs = histogram(100, 100_000, (n) => (Math.floor(random(7, 0, n) * 10) + partner(n)) / 10)
      expect(chiSquare(pairs)).toBeLessThan(148.2)
    }
  })

  it('has random lower bits too', () => {
    expect(chiSquare(histogram(64, 64_000, (n) => (random(3, 0, n) * 2 ** 47) % 1))).toBeLessThan(103.4)
  })

  it.each([
    [-1, 0, 0, 'seed is -1; it must be a whole number from 0 to 9007199254740991'],
    [0, 2 ** 32, 0, 'stream is 4294967296; it must be a whole number from 0 to 4294967295'],
    [0, 0, 0.5, 'n is 0.5; it must be a whole number from 0 to 9007199254740991'],
  ])('refuses random(%d, %d, %d)', (seed, stream, n, message) => {
    expect(() => random(seed, stream, n)).toThrow(new RangeError(message))
  })
})
