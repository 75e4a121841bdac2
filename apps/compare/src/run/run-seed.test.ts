import { expect, it } from 'vitest'
import { seedOfRun } from './run-seed.ts'

const seedsOf = (seed: number) => [1, 2, 3, 4, 5].map((run) => seedOfRun(seed, run))

it('gives each run of neighbouring seeds a seed of its own, one that k6 accepts', () => {
  const seeds = [0, 1, 2, 3, 2 ** 32].flatMap(seedsOf)
  expect(new Set(seeds).size).toBe(seeds.length)
  for (const seed of seeds) {
    expect(Number.isSafeInteger(seed)).toBe(true)
    expect(String(seed)).toMatch(/^\d+$/)
  }
})

it('is the same for the same seed and run', () => {
  expect(seedsOf(7)).toEqual(seedsOf(7))
})
