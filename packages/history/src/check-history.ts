/**
 * Checks a history of reads and writes as clients saw it.
 *
 * Two operations are ordered if one ended before the other began. Overlapping operations may have happened in either order, and
 * both are accepted. So every violation is certain.
 */
import { quantilesOf } from 'workload'
import { HistoryError } from './history-error.ts'
import { KeyWrites } from './key-writes.ts'
import { type Done, FINAL_CLIENT, isDone, type Operation } from './operation.ts'
import {
  type Distribution,
  type Guaranteed,
  type Tally,
  type Verdict,
  type Violation,
  type ViolationKind,
  violationKinds,
} from './verdict.ts'

/**
 * Takes O(n log n).
 *
 * @param operations in any order. Must contain all writes of the keys; reads may be missing.
 * @throws HistoryError if two operations of one client overlap, since their order is then unknown.
 */
export function checkHistory(operations: Iterable<Operation>, promised: Guaranteed): Verdict {
  const history = new History(operations)
  const violations = [
    ...history.staleReads(promised),
    ...history.backwardReads(promised),
    ...history.lostUpdates(),
    ...history.readsFromTheFuture(),
  ]
  const order = new Map(violationKinds.map((kind, i) => [kind, i]))
  violations.sort((a, b) => order.get(a.kind)! - order.get(b.kind)! || at(a).start - at(b).start)
  const counts = Object.fromEntries(violationKinds.map((kind) => [kind, 0])) as Record<ViolationKind, number>
  for (const { kind } of violations) counts[kind]++
  return {
    holds: !violations.some((violation) => violation.promised),
    promised,
    violations,
    counts,
    ...history.describe(),
    staleness: distribution(violations.filter(({ kind }) => kind === 'read-after-write').map((v) => v.staleMs!)),
  }
}

/** The operation that violates. */
function at({ operations }: Violation): Done {
  return operations.at(-1) as Done
}

class History {
  readonly #byClient = new Map<string, Operation[]>()
  readonly #writes = new Map<string, KeyWrites>()
  readonly #finals = new Map<string, Done[]>()
  readonly #doneReads: Done[] = []
  readonly #tallies = { read: { ok: 0, failed: 0, unknown: 0 }, write: { ok: 0, failed: 0, unknown: 0 } }
  readonly #failedReads = new Map<number, number>()
  readonly #keys = new Set<string>()

  constructor(operations: Iterable<Operation>) {
    const writes = new Map<string, Operation[]>()
    for (const operation of operations) {
      this.#keys.add(operation.key)
      if (operation.client === FINAL_CLIENT && operation.op === 'read') {
        if (isDone(operation)) list(this.#finals, operation.key).push(operation)
        continue
      }
      list(this.#byClient, operation.client).push(operation)
      this.#tallies[operation.op][operation.outcome]++
      if (operation.op === 'write') list(writes, operation.key).push(operation)
      else if (isDone(operation)) this.#doneReads.push(operation)
      else this.#failedReads.set(operation.status ?? 0, (this.#failedReads.get(operation.status ?? 0) ?? 0) + 1)
    }
    for (const [key, ofKey] of writes) this.#writes.set(key, new KeyWrites(ofKey))
    for (const [client, ofClient] of this.#byClient) {
      ofClient.sort((a, b) => a.start - b.start || a.end - b.end)
      checkSequential(client, ofClient)
    }
  }

  /** Reads older than a write acknowledged before they began; also as `time-bound` beyond the bound. */
  *staleReads({ readAfterWrite, staleForAtMostMs }: Guaranteed): Generator<Violation> {
    for (const read of this.#doneReads) {
      const newer = this.#acknowledgedBefore(read)
      if (newer === undefined) continue
      const staleMs = read.start - newer.end
      const operations = [newer, read] as const
      yield { kind: 'read-after-write', promised: readAfterWrite, operations, staleMs }
      if (staleForAtMostMs !== undefined && staleMs > staleForAtMostMs) {
        yield { kind: 'time-bound', promised: true, operations, staleMs }
      }
    }
  }

  /** Reads older than an earlier read of the same key by the same client. */
  *backwardReads({ readAfterWrite }: Guaranteed): Generator<Violation> {
    for (const operations of this.#byClient.values()) {
      const newest = new Map<string, Done>()
      for (const read of operations) {
        if (read.op !== 'read' || !isDone(read)) continue
        const before = newest.get(read.key)
        if (before === undefined || before.version <= read.version) {
          newest.set(read.key, read)
          continue
        }
        const newer = this.#acknowledgedBefore(read)
        yield newer === undefined
          ? { kind: 'monotonic-reads-before-ack', promised: false, operations: [before, read] }
          : { kind: 'monotonic-reads', promised: readAfterWrite, operations: [newer, before, read] }
      }
    }
  }

  /** At most one per write: its version is lower than an earlier one, occurs twice, or is missing at the end. */
  *lostUpdates(): Generator<Violation> {
    for (const [key, { acknowledged }] of this.#writes) {
      const finals = this.#finals.get(key) ?? []
      let previous: Done | undefined
      for (const write of acknowledged) {
        const newer = this.#acknowledgedBefore(write)
        const final = finals.find(({ version, start }) => version < write.version && write.end < start)
        if (newer) yield { kind: 'lost-update', promised: true, operations: [newer, write] }
        else if (previous?.version === write.version) {
          yield { kind: 'lost-update', promised: true, operations: [previous, write] }
        } else if (final) yield { kind: 'lost-update', promised: true, operations: [write, final] }
        previous = write
      }
    }
  }

  /** Reads of versions that no write could have made yet, or that were never acknowledged and are missing at the end. */
  *readsFromTheFuture(): Generator<Violation> {
    const bases = new Map<string, number>()
    for (const read of this.#doneReads) {
      const base = bases.get(read.key) ?? this.#highestBefore(read.key)
      bases.set(read.key, base)
      const writes = this.#writes.get(read.key) ?? NO_WRITES
      const made = writes.of(read.version)
      if (!writes.canHaveMade(read.version, read.end, base)) {
        yield { kind: 'read-from-the-future', promised: true, operations: [...made, read] }
      } else if (made.length === 0) {
        const finals = this.#finals.get(read.key) ?? []
        const final = finals.find(({ version, start }) => version < read.version && read.end < start)
        if (final) yield { kind: 'read-from-the-future', promised: true, operations: [final, read] }
      }
    }
  }

  describe() {
    const { read, write } = this.#tallies
    return {
      reads: read as Tally,
      writes: write as Tally,
      clients: this.#byClient.size,
      keys: this.#keys.size,
      failedReads: this.#failedReads,
      withoutFinalRead: [...this.#writes.keys()].filter((key) => !this.#finals.has(key)).sort(),
    }
  }

  /** The first acknowledged write of a newer version, if it was acknowledged before the operation began. */
  #acknowledgedBefore({ key, version, start }: Done): Done | undefined {
    const newer = this.#writes.get(key)?.firstNewerThan(version)
    return newer && newer.end < start ? newer : undefined
  }

  /** The highest version that a key can have had before all writes: lower than all written versions, and at most the final one. */
  #highestBefore(key: string): number {
    const first = this.#writes.get(key)?.acknowledged[0]
    const finals = this.#finals.get(key) ?? []
    return Math.min(
      first === undefined ? Number.POSITIVE_INFINITY : first.version - 1,
      ...finals.map(({ version }) => version),
    )
  }
}

const NO_WRITES = new KeyWrites([])

function list<T>(lists: Map<string, T[]>, name: string): T[] {
  let found = lists.get(name)
  if (found === undefined) {
    found = []
    lists.set(name, found)
  }
  return found
}

function checkSequential(client: string, ascending: readonly Operation[]): void {
  let previous: Operation | undefined
  for (const operation of ascending) {
    const endsEarly = operation.end < operation.start
    if (endsEarly || (previous && operation.start < previous.end)) {
      const what = endsEarly ? 'ends before it starts' : `starts before its previous one ended, at ${previous!.end}`
      throw new HistoryError(
        `client "${client}": the ${operation.op} of ${operation.key} from ${operation.start} to ${operation.end} ${what}; ` +
          'a client runs one operation at a time; give overlapping operations different clients',
      )
    }
    previous = operation
  }
}

function distribution(values: readonly number[]): Distribution | undefined {
  if (values.length === 0) return undefined
  const quantile = quantilesOf(values)
  return { count: values.length, p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), max: quantile(1) }
}
