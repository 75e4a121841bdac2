/**
 * How long writes stayed unseen: for each acknowledged write, when the last read began that still got an older version.
 * After Meta's "consistency within M" and the t-visibility of Bailis et al., "Probabilistically Bounded Staleness", VLDB 2012.
 */
import { FINAL_CLIENT, isDone, type Operation } from './operation.ts'

export interface Staleness {
  /** Acknowledged writes. */
  readonly writes: number
  /** For each write with stale reads: from its acknowledgement to the start of the last one, in ms, ascending. */
  readonly windowsMs: readonly number[]
  /** For each write: from its acknowledgement to the start of the last read of its key, or 0; in ms, ascending. */
  readonly observedMs: readonly number[]
  /** Reads of an older version than the same client had written and had acknowledged. */
  readonly readYourWritesViolations: number
}

/** Takes O(n log n). @param operations in any order, with all writes of the keys */
export function stalenessOf(operations: Iterable<Operation>): Staleness {
  const done = [...operations].filter(isDone).filter(({ client }) => client !== FINAL_CLIENT)
  const windowsMs: number[] = []
  const observedMs: number[] = []
  for (const ofKey of Map.groupBy(done, ({ key }) => key).values()) {
    const lastRead = ofKey.reduce((last, { op, start }) => (op === 'read' ? Math.max(last, start) : last), 0)
    const byVersion = ofKey.toSorted((a, b) => a.version - b.version)
    // Older versions first: the reads passed before a write are those that lack it.
    let lastStart = Number.NEGATIVE_INFINITY
    for (const sameVersion of Map.groupBy(byVersion, ({ version }) => version).values()) {
      for (const write of sameVersion.filter(({ op }) => op === 'write')) {
        observedMs.push(Math.max(0, lastRead - write.end))
        if (lastStart > write.end) windowsMs.push(lastStart - write.end)
      }
      for (const { op, start } of sameVersion) if (op === 'read') lastStart = Math.max(lastStart, start)
    }
  }
  windowsMs.sort((a, b) => a - b)
  observedMs.sort((a, b) => a - b)
  return { writes: observedMs.length, windowsMs, observedMs, readYourWritesViolations: readYourWritesViolations(done) }
}

function readYourWritesViolations(done: readonly (Operation & { version: number })[]): number {
  let violations = 0
  for (const own of Map.groupBy(done, ({ client, key }) => `${client} ${key}`).values()) {
    let written = Number.NEGATIVE_INFINITY
    for (const { op, version } of own.toSorted((a, b) => a.start - b.start)) {
      if (op === 'write') written = Math.max(written, version)
      else if (version < written) violations++
    }
  }
  return violations
}
