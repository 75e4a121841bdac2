/** The checker on histories that are correct by construction, on histories with one planted fault, and on garbled ones. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { history } from '../test/simulated-register.ts'
import { checkHistory } from './check-history.ts'
import { type Done, FINAL_CLIENT, isDone, type Operation } from './operation.ts'
import type { ViolationKind } from './verdict.ts'

const STRICTEST = { readAfterWrite: true, staleForAtMostMs: 0 }
const RUNS = { numRuns: 2_000 }

const isFinal = ({ client }: Operation) => client === FINAL_CLIENT
const doneReads = (operations: readonly Operation[]) =>
  operations.filter(isDone).filter((operation) => operation.op === 'read' && !isFinal(operation))
const doneWrites = (operations: readonly Operation[]) => operations.filter(isDone).filter(({ op }) => op === 'write')

/** Writes of the read's key that are newer than `version` and acknowledged before the read began: the definition, without an index. */
const newerBefore = (operations: readonly Operation[], read: Operation, version: number) =>
  doneWrites(operations).filter((write) => write.key === read.key && write.version > version && write.end < read.start)

it('finds no violation in a history that is correct by construction', () => {
  fc.assert(
    fc.property(history, (operations) => {
      expect(checkHistory(operations, STRICTEST)).toMatchObject({ holds: true, violations: [] })
    }),
    RUNS,
  )
})

/** The operation to change, and its new version. */
interface Fault {
  readonly operation: Done
  readonly version: number
}

function finds(
  expected: ViolationKind,
  allowed: readonly ViolationKind[],
  faults: (all: Operation[]) => Fault[],
): void {
  let planted = 0
  fc.assert(
    fc.property(history, fc.nat(), (operations, choice) => {
      const candidates = faults(operations)
      const fault = candidates[choice % Math.max(1, candidates.length)]
      if (fault === undefined) return
      planted++
      const bad = { ...fault.operation, version: fault.version }
      const { violations } = checkHistory(
        operations.map((operation) => (operation === fault.operation ? bad : operation)),
        { readAfterWrite: true },
      )
      expect(violations.filter(({ kind }) => kind === expected)).toHaveLength(1)
      for (const violation of violations) {
        expect([expected, ...allowed]).toContain(violation.kind)
        expect(violation.operations).toContain(bad)
      }
    }),
    RUNS,
  )
  // Not every history has a place for the fault. A test that rarely planted one would prove nothing.
  expect(planted).toBeGreaterThan(RUNS.numRuns / 10)
}

it('finds one stale read, and no violation unrelated to it', () => {
  finds('read-after-write', ['monotonic-reads'], (operations) =>
    doneReads(operations).flatMap((operation) =>
      newerBefore(operations, operation, 1).map((newer) => ({ operation, version: newer.version - 1 })),
    ),
  )
})

it('finds one read that goes back before the acknowledgement, as no breach', () => {
  finds('monotonic-reads-before-ack', [], (operations) =>
    doneReads(operations).flatMap((operation) =>
      doneReads(operations)
        .filter(
          ({ client, key, start }) => client === operation.client && key === operation.key && start < operation.start,
        )
        .map(({ version }) => ({ operation, version: version - 1 }))
        .filter(({ version }) => version >= 1 && newerBefore(operations, operation, version).length === 0),
    ),
  )
})

it('finds one read from the future', () => {
  finds('read-from-the-future', ['monotonic-reads-before-ack', 'monotonic-reads'], (operations) =>
    doneReads(operations).flatMap((operation) =>
      doneWrites(operations)
        .filter(({ key, start }) => key === operation.key && start > operation.end)
        .map(({ version }) => ({ operation, version })),
    ),
  )
})

it('finds one write that is lost at the end', () => {
  finds('lost-update', [], (operations) =>
    operations
      .filter(isDone)
      .filter(isFinal)
      .filter(({ key, version }) =>
        doneWrites(operations).some((write) => write.key === key && write.version === version),
      )
      .map((operation) => ({ operation, version: operation.version - 1 })),
  )
})

it('finds two writes with the same version', () => {
  finds('lost-update', [], (operations) =>
    // The newest write of a key, never read, so that no other operation shows its version.
    doneWrites(operations)
      .filter(({ key, version }) => {
        const others = operations.filter((other) => other.key === key && other.op === 'read' && !isFinal(other))
        const before = doneWrites(operations).some((write) => write.key === key && write.version === version - 1)
        return before && others.every((read) => read.version! < version)
      })
      .filter(({ key, version }) => doneWrites(operations).every((w) => w.key !== key || w.version <= version))
      .map((operation) => ({ operation, version: operation.version - 1 })),
  )
})

it('counts violations in garbled histories as a pairwise count by the definitions does', () => {
  const garbled = fc.tuple(history, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 70, maxLength: 70 }))
  fc.assert(
    fc.property(garbled, ([operations, versions]) => {
      const garble = operations.map((operation, i) =>
        isDone(operation) && i % 3 === 0 ? { ...operation, version: versions[i]! } : operation,
      )
      const { counts, violations, staleness } = checkHistory(garble, { readAfterWrite: false, staleForAtMostMs: 5 })
      const reads = doneReads(garble)
      const ages = reads
        .map((read) => newerBefore(garble, read, read.version).map(({ end }) => read.start - end))
        .filter((found) => found.length > 0)
        .map((found) => Math.max(...found))
      const backwards = reads.filter((read) =>
        reads.some(
          (before) =>
            before.client === read.client &&
            before.key === read.key &&
            before.start < read.start &&
            before.version > read.version,
        ),
      )
      const acknowledged = backwards.filter((read) => newerBefore(garble, read, read.version).length > 0)
      expect(counts).toMatchObject({
        'read-after-write': ages.length,
        'time-bound': ages.filter((age) => age > 5).length,
        'monotonic-reads': acknowledged.length,
        'monotonic-reads-before-ack': backwards.length - acknowledged.length,
      })
      expect(staleness?.max).toBe(ages.length === 0 ? undefined : Math.max(...ages))
      for (const { kind, operations: proof } of violations) {
        if (kind === 'read-after-write') expect(proof[0]!.version!).toBeGreaterThan(proof[1]!.version!)
      }
    }),
    RUNS,
  )
})
