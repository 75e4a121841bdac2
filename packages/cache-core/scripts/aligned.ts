/** Two stories of one schedule, side by side. */
import type { StoryLine } from '../explorer/index.ts'

/** What happens at one step. Absent: nothing does, in that form. */
export interface Row<L extends StoryLine> {
  readonly broken?: L
  readonly guarded?: L
}

/**
 * Puts lines that tell the same action in one row, also with different answers: as many as possible, in the order of both stories. Of the
 * other lines, the first between two such rows share a row, then the second, and so on.
 */
export function aligned<L extends StoryLine>(broken: readonly L[], guarded: readonly L[]): Row<L>[] {
  const rows: Row<L>[] = []
  let [b, g] = [0, 0]
  for (const [toB, toG] of [...sharedActions(broken, guarded), [broken.length, guarded.length] as const]) {
    while (b < toB || g < toG) {
      rows.push({ ...(b < toB && { broken: broken[b++]! }), ...(g < toG && { guarded: guarded[g++]! }) })
    }
    if (b < broken.length && g < guarded.length) rows.push({ broken: broken[b++]!, guarded: guarded[g++]! })
  }
  return rows
}

/** The longest common subsequence, as pairs of positions. */
function sharedActions(broken: readonly StoryLine[], guarded: readonly StoryLine[]): (readonly [number, number])[] {
  const [left, right] = [broken.map(action), guarded.map(action)]
  /** The longest length from these two positions on. */
  const lengths = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0))
  for (let b = left.length - 1; b >= 0; b--) {
    for (let g = right.length - 1; g >= 0; g--) {
      const without = Math.max(lengths[b + 1]![g]!, lengths[b]![g + 1]!)
      lengths[b]![g] = left[b] === right[g] ? lengths[b + 1]![g + 1]! + 1 : without
    }
  }
  const pairs: (readonly [number, number])[] = []
  for (let b = 0, g = 0; b < left.length && g < right.length; ) {
    if (left[b] === right[g]) pairs.push([b++, g++])
    else if (lengths[b + 1]![g]! >= lengths[b]![g + 1]!) b++
    else g++
  }
  return pairs
}

/** Without the answer and the version: `R fill row`. */
function action({ by, text }: StoryLine): string {
  const what = text
    .replace(/ → .*$/, '')
    .replace(/ with v\d+$/, '')
    .replace(/^returns .*$/, 'returns')
    .replace(/, its invalidation pending$/, '')
  return `${by} ${what}`
}
