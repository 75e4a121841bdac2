import { describe, expect, it } from 'vitest'
import type { Entry } from '../entry.ts'
import { fakeRuntime } from '../testing/index.ts'
import { xfetch } from './xfetch.ts'

const entry = { loadedAt: 0, freshUntil: 1_000, loadMs: 100 } as Entry

function verdict(options: Parameters<typeof xfetch>[0], now: number, chance: number) {
  return xfetch(options).evaluate(entry, { key: 'k', now, runtime: fakeRuntime(chance) })
}

describe('xfetch', () => {
  // With this random number a read acts as if it came one load time later: -ln(1 - chance) = 1.
  const chance = 1 - 1 / Math.E

  it.each([
    [{}, 899, 'serve'],
    [{}, 901, 'refresh'],
    [{ beta: 2 }, 799, 'serve'],
    [{ beta: 2 }, 801, 'refresh'],
    [{ beta: 0 }, 999, 'serve'],
    [{}, 1_000, 'miss'],
  ] as const)('with %o the verdict of a read at %i ms is: %s', (options, now, expected) => {
    expect(verdict(options, now, chance)).toBe(expected)
  })

  it.each([0, 1 - 2 ** -53])('decides at the extremes of the random number too: %f', (end) => {
    expect(verdict({}, 0, end)).toBe(end === 0 ? 'serve' : 'refresh')
    expect(verdict({}, 999, 0)).toBe('serve')
  })

  it('refuses an invalid beta', () => {
    expect(() => xfetch({ beta: -1 })).toThrow(/beta.*-1/)
    expect(() => xfetch({ beta: Number.NaN })).toThrow(/beta.*NaN/)
  })
})
