import { requireInteger, requireNumber } from './check.ts'
import { random } from './random.ts'
import { scatter } from './scatter.ts'
import type { Workload } from './workloads.ts'
import { zipf } from './zipf.ts'

export type Operation =
  | { readonly kind: 'read' | 'write' | 'read-modify-write'; readonly id: number }
  /** `id` is the new post's id if the inserts run in order: `posts` plus the number of inserts so far. */
  | { readonly kind: 'insert'; readonly id: number }
  /** All posts, their first page, and the report over all posts. */
  | { readonly kind: 'list' | 'page' | 'report' }

/** The part of a workload that determines the operations and their posts. */
export type MixShape = Pick<
  Workload,
  | 'posts'
  | 'zipf'
  | 'popularity'
  | 'writeShare'
  | 'listShare'
  | 'pageShare'
  | 'reportShare'
  | 'insertShare'
  | 'readModifyWriteShare'
>

/** A sequence of operations; created by {@link createMix}. */
export interface Mix {
  /**
   * The n-th operation of a run, n from 0. Depends only on the mix and `n`, so that every strategy gets the same operations
   * and each can be looked up later.
   */
  operationAt(n: number): Operation
  /** The number of inserts before the n-th operation. */
  insertsBefore(n: number): number
  /** The most popular post; null if that changes, as with `latest`. */
  readonly hotId: number | null
}

const KIND = 0
const ID = 1
const INSERT = 2

/** Shares of the operations. Their sum is at most 1; the rest read one post. */
export const shareNames = [
  'writeShare',
  'listShare',
  'pageShare',
  'reportShare',
  'insertShare',
  'readModifyWriteShare',
] as const

/**
 * Builds the tables of a mix once (about 1 ms for 10,000 posts). Reads and writes have the same popular posts.
 * @throws RangeError that names the parameter, its value and the allowed range
 */
export function createMix(shape: MixShape, seed: number): Mix {
  const { posts, popularity, writeShare, listShare, pageShare, reportShare, insertShare, readModifyWriteShare } = shape
  requireInteger('posts', posts, 1, 10_000_000)
  for (const name of shareNames) requireNumber(name, shape[name], 0, 1)
  const sum = shareNames.reduce((total, name) => total + shape[name], 0)
  if (sum > 1 + 1e-9) throw new RangeError(`${shareNames.join(' + ')} is ${sum}; together they must be at most 1`)
  const ranks = zipf({ items: posts, exponent: shape.zipf })
  const idOfRank = scatter(posts)
  // Inserts are spread evenly instead of drawn, so that the number before the n-th operation needs no counting.
  const offset = random(seed, INSERT, 0)
  const insertsBefore = (n: number) => Math.floor(n * insertShare + offset)

  const idAt = (n: number) => {
    const rank = ranks.rankAt(random(seed, ID, n))
    return popularity === 'latest' ? posts + insertsBefore(n) - (rank - 1) : idOfRank(rank)
  }

  return {
    insertsBefore,
    hotId: popularity === 'latest' ? null : idOfRank(1),
    operationAt(n) {
      if (insertsBefore(n + 1) > insertsBefore(n)) return { kind: 'insert', id: posts + insertsBefore(n) + 1 }
      const draw = random(seed, KIND, n) * (1 - insertShare)
      let upTo = listShare
      if (draw < upTo) return { kind: 'list' }
      upTo += writeShare
      if (draw < upTo) return { kind: 'write', id: idAt(n) }
      upTo += pageShare
      if (draw < upTo) return { kind: 'page' }
      upTo += reportShare
      if (draw < upTo) return { kind: 'report' }
      upTo += readModifyWriteShare
      return { kind: draw < upTo ? 'read-modify-write' : 'read', id: idAt(n) }
    },
  }
}
