/** How a violation came about, as far as clients can see it: what happened to its key from shortly before it began. */
import { describeViolation } from './describe-verdict.ts'
import type { Operation } from './operation.ts'
import type { Violation } from './verdict.ts'

/** Reads that were under way when the write began are part of the story. */
const BEFORE_MS = 60
/** Of a long story the beginning and the end are told. */
const FIRST = 9
const LAST = 2

/** The violation in a line, then the operations, one each; the last is the one that should not be. */
export function scheduleOf(violation: Violation, operations: readonly Operation[]): string[] {
  const read = violation.operations.at(-1)!
  const since = Math.min(...violation.operations.map(({ start }) => start)) - BEFORE_MS
  const before = operations
    .filter((operation) => operation.key === read.key && operation !== read)
    .filter(({ start, end }) => end >= since && start <= read.start)
    .toSorted((a, b) => a.start - b.start)
  const [head, ...lines] = describeViolation(violation, [...before, read]).split('\n')
  if (lines.length <= FIRST + LAST + 1) return [head!, ...lines]
  const leftOut = lines.length - FIRST - LAST
  return [head!, ...lines.slice(0, FIRST), `  … ${leftOut} more operations …`, ...lines.slice(-LAST)]
}
