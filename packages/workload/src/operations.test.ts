import { describe, expect, it } from 'vitest'
import { createMix, type MixShape } from './operations.ts'
import { scatter } from './scatter.ts'
import { zipf } from './zipf.ts'

const options: MixShape = {
  posts: 1000,
  zipf: 0.99,
  popularity: 'zipf',
  writeShare: 0.05,
  listShare: 0.01,
  pageShare: 0,
  reportShare: 0,
  insertShare: 0,
  readModifyWriteShare: 0,
}

describe('createMix', () => {
  it('gives the same operations for the same seed, in any order, on every machine', () => {
    const mix = createMix({ ...options, writeShare: 0.3, listShare: 0.2 }, 1)
    const operations = [0, 1, 2, 3, 4, 5].map(mix.operationAt)
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
    expect(createMix({ ...options, writeShare: 0.3, listShare: 0.2 }, 1).operationAt(3)).toEqual(operations[3])
  })

  it('gives different operations for another seed', () => {
    const operations = (seed: number) => Array.from({ length: 20 }, (_, n) => createMix(options, seed).operationAt(n))
    expect(operations(1)).not.toEqual(operations(2))
  })

  it('holds the shares of the mix within four standard deviations', () => {
    const mix = createMix(
      { ...options, pageShare: 0.1, reportShare: 0.02, insertShare: 0.04, readModifyWriteShare: 0.2 },
      5,
    )
    const draws = 100_000
    const counts = { read: 0, list: 0, write: 0, page: 0, report: 0, insert: 0, 'read-modify-write': 0 }
    for (let n = 0; n < draws; n++) counts[mix.operationAt(n).kind]++
    for (const [kind, share] of [
      ['read', 0.58],
      ['list', 0.01],
      ['write', 0.05],
      ['page', 0.1],
      ['report', 0.02],
      ['insert', 0.04],
      ['read-modify-write', 0.2],
    ] as const) {
      expect(Math.abs(counts[kind] - draws * share)).toBeLessThan(4 * Math.sqrt(draws * share * (1 - share)))
    }
  })

  it('writes the same popular ids that it reads', () => {
    const mix = createMix({ ...options, writeShare: 0.5, listShare: 0 }, 5)
    const hottest = scatter(1000)(1)
    expect(mix.hotId).toBe(hottest)
    const seen = { read: 0, write: 0 }
    const draws = 100_000
    for (let n = 0; n < draws; n++) {
      const operation = mix.operationAt(n)
      if ((operation.kind === 'read' || operation.kind === 'write') && operation.id === hottest) seen[operation.kind]++
    }
    const expected = draws * 0.5 * zipf({ items: 1000, exponent: 0.99 }).probability(1)
    for (const count of [seen.read, seen.write]) {
      expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected))
    }
  })

  it.each([
    [{ writeShare: 1, listShare: 0 }, 'write'],
    [{ writeShare: 0, listShare: 1 }, 'list'],
    [{ writeShare: 0, listShare: 0 }, 'read'],
    [{ writeShare: 0, listShare: 0, pageShare: 1 }, 'page'],
    [{ writeShare: 0, listShare: 0, reportShare: 1 }, 'report'],
    [{ writeShare: 0, listShare: 0, insertShare: 1 }, 'insert'],
    [{ writeShare: 0, listShare: 0, readModifyWriteShare: 1 }, 'read-modify-write'],
  ])('has only one kind of operation with %o', (shares, kind) => {
    const mix = createMix({ ...options, ...shares }, 9)
    for (let n = 0; n < 1000; n++) expect(mix.operationAt(n).kind).toBe(kind)
  })

  it('works with a single post', () => {
    const mix = createMix({ ...options, posts: 1, listShare: 0 }, 9)
    for (let n = 0; n < 100; n++) expect(mix.operationAt(n)).toMatchObject({ id: 1 })
  })

  it('gives inserted posts the next ids, and counts earlier inserts', () => {
    const mix = createMix({ ...options, insertShare: 0.07 }, 3)
    let inserted = 0
    for (let n = 0; n < 2_000; n++) {
      expect(mix.insertsBefore(n)).toBe(inserted)
      const operation = mix.operationAt(n)
      if (operation.kind === 'insert') expect(operation.id).toBe(1000 + ++inserted)
    }
    expect(Math.abs(inserted - 140)).toBeLessThanOrEqual(1)
  })

  it('makes the latest posts the popular ones, including earlier inserts', () => {
    const latest = { ...options, popularity: 'latest', insertShare: 0.05, writeShare: 0, listShare: 0 } as const
    const mix = createMix(latest, 5)
    const { probability } = zipf({ items: 1000, exponent: 0.99 })
    const ranks = new Array<number>(1001).fill(0)
    const draws = 100_000
    for (let n = 0; n < draws; n++) {
      const operation = mix.operationAt(n)
      if (operation.kind === 'read') ranks[1000 + mix.insertsBefore(n) - operation.id + 1]!++
    }
    for (const rank of [1, 2, 10]) {
      const expected = draws * 0.95 * probability(rank)
      expect(Math.abs(ranks[rank]! - expected)).toBeLessThan(4 * Math.sqrt(expected))
    }
    expect(ranks.reduce((sum, count) => sum + count, 0)).toBe(95_000)
    expect(mix.hotId).toBeNull()
  })

  it.each([
    [{ writeShare: 1.5 }, 'writeShare is 1.5; it must be a number from 0 to 1'],
    [{ listShare: -1 }, 'listShare is -1; it must be a number from 0 to 1'],
    [{ insertShare: Number.NaN }, 'insertShare is NaN; it must be a number from 0 to 1'],
    [
      { writeShare: 0.75, listShare: 0.5 },
      'writeShare + listShare + pageShare + reportShare + insertShare + readModifyWriteShare is 1.25; together they must be at most 1',
    ],
    [{ posts: 0 }, 'posts is 0; it must be a whole number from 1 to 10000000'],
    [{ zipf: -1 }, 'exponent is -1; it must be a number of at least 0'],
  ])('refuses %o', (wrong, message) => {
    expect(() => createMix({ ...options, ...wrong }, 1)).toThrow(new RangeError(message))
  })
})
