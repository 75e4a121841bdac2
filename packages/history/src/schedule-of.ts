/** The operations that led to a violation, as clients saw them: those on its key from shortly before it began. */
import { describeViolation } from './describe-verdict.ts'
import type { Operation } from './operation.ts'
import type { Violation } from './verdict.ts'

/** Includes reads that were under way when the write began. */
const BEFORE_MS = 60
/** A long schedule shows its first and last operations. */
const FIRST = 9
const LAST = 2

/** The violation in one line, then one line per operation. The last operation is the one that violates. */
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
