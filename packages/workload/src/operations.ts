import { requireInteger, requireNumber } from './check.ts'
import { random } from './random.ts'
import { scatter } from './scatter.ts'
import { zipf } from './zipf.ts'

export interface MixOptions {
  /** Ids run from 1 to this: 1 … 10,000,000. */
  items: number
  /** Zipf exponent of the ids, at least 0 (0 = all alike). Reads and writes share the hot ids. */
  exponent: number
  /** Fraction of the operations that write one item: 0 … 1. */
  writeShare: number
  /** Fraction of the operations that read the whole list: 0 … 1, and with `writeShare` at most 1. The rest reads one item. */
  listShare: number
}

/** A mix ready to draw from; make it with {@link createMix}. */
export interface Mix {
  readonly writeShare: number
  readonly listShare: number
  /** The id of the n-th operation, whatever its kind. */
  idAt(seed: number, n: number): number
}

export type Operation = { kind: 'read' | 'write'; id: number } | { kind: 'list' }

const KIND = 0
const ID = 1

/**
 * Builds the tables of a mix, once (about 1 ms for 10,000 items).
 * @throws RangeError that names the option, its value and what is allowed
 */
export function createMix({ items, exponent, writeShare, listShare }: MixOptions): Mix {
  requireInteger('items', items, 1, 10_000_000)
  requireNumber('writeShare', writeShare, 0, 1)
  requireNumber('listShare', listShare, 0, 1)
  if (writeShare + listShare > 1) {
    throw new RangeError(`writeShare + listShare is ${writeShare + listShare}; allowed is at most 1 together`)
  }
  const popularity = zipf({ items, exponent })
  const idOfRank = scatter(items)
  return { writeShare, listShare, idAt: (seed, n) => idOfRank(popularity.rankAt(random(seed, ID, n))) }
}

/**
 * The n-th operation of a run, n from 0. Depends on nothing but its arguments, so that every strategy can be given the
 * very same operations and any of them can be looked up afterwards.
 */
export function operationAt(seed: number, n: number, mix: Mix): Operation {
  const draw = random(seed, KIND, n)
  if (draw < mix.listShare) return { kind: 'list' }
  const id = mix.idAt(seed, n)
  return draw < mix.listShare + mix.writeShare ? { kind: 'write', id } : { kind: 'read', id }
}
