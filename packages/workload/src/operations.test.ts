import { describe, expect, it } from 'vitest'
import { createMix, operationAt } from './operations.ts'
import { scatter } from './scatter.ts'
import { zipf } from './zipf.ts'

const options = { items: 1000, exponent: 0.99, writeShare: 0.05, listShare: 0.01 }

describe('operationAt', () => {
  it('gives the same operations for the same seed, in any order, on every machine', () => {
    const mix = createMix({ ...options, writeShare: 0.3, listShare: 0.2 })
    const operations = [0, 1, 2, 3, 4, 5].map((n) => operationAt(1, n, mix))
    expect(operations).toMatchInlineSnapshot(`
      [
        {
          "id": 620,
          "kind": "write",
        },
        {
          "id": 129,
          "kind": "write",
        },
        {
          "id": 915,
          "kind": "read",
        },
        {
          "id": 663,
          "kind": "write",
        },
        {
          "id": 858,
          "kind": "read",
        },
        {
          "id": 620,
          "kind": "read",
        },
      ]
    `)
    expect(operationAt(1, 3, createMix({ ...options, writeShare: 0.3, listShare: 0.2 }))).toEqual(operations[3])
  })

  it('gives other operations for another seed', () => {
    const mix = createMix(options)
    const ids = (seed: number) => Array.from({ length: 20 }, (_, n) => mix.idAt(seed, n))
    expect(ids(1)).not.toEqual(ids(2))
  })

  it('holds the shares of the mix within four standard deviations', () => {
    const mix = createMix(options)
    const draws = 100_000
    const counts = { read: 0, list: 0, write: 0 }
    for (let n = 0; n < draws; n++) counts[operationAt(5, n, mix).kind]++
    for (const [kind, share] of [
      ['read', 0.94],
      ['list', 0.01],
      ['write', 0.05],
    ] as const) {
      expect(Math.abs(counts[kind] - draws * share)).toBeLessThan(4 * Math.sqrt(draws * share * (1 - share)))
    }
  })

  it('writes the ids that it reads most', () => {
    const mix = createMix({ ...options, writeShare: 0.5, listShare: 0 })
    const hottest = scatter(1000)(1)
    const seen = { read: 0, write: 0 }
    const draws = 100_000
    for (let n = 0; n < draws; n++) {
      const operation = operationAt(5, n, mix)
      if (operation.kind !== 'list' && operation.id === hottest) seen[operation.kind]++
    }
    const expected = draws * 0.5 * zipf(options).probability(1)
    for (const count of [seen.read, seen.write]) {
      expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected))
    }
  })

  it.each([
    [{ writeShare: 1, listShare: 0 }, 'write'],
    [{ writeShare: 0, listShare: 1 }, 'list'],
    [{ writeShare: 0, listShare: 0 }, 'read'],
  ])('does one thing only when told so: %o', (shares, kind) => {
    const mix = createMix({ ...options, ...shares })
    for (let n = 0; n < 1000; n++) expect(operationAt(9, n, mix).kind).toBe(kind)
  })

  it('works with a single item', () => {
    const mix = createMix({ ...options, items: 1, listShare: 0 })
    for (let n = 0; n < 100; n++) expect(operationAt(9, n, mix)).toMatchObject({ id: 1 })
  })

  it.each([
    [{ writeShare: 1.5 }, 'writeShare is 1.5; allowed is a number from 0 to 1'],
    [{ listShare: -1 }, 'listShare is -1; allowed is a number from 0 to 1'],
    [{ writeShare: 0.75, listShare: 0.5 }, 'writeShare + listShare is 1.25; allowed is at most 1 together'],
    [{ items: 0 }, 'items is 0; allowed is a whole number from 1 to 10000000'],
    [{ exponent: -1 }, 'exponent is -1; allowed is a number of at least 0'],
  ])('refuses %o', (wrong, message) => {
    expect(() => createMix({ ...options, ...wrong })).toThrow(new RangeError(message))
  })
})
