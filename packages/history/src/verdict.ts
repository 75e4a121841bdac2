import type { Done, Operation } from './operation.ts'

/** What a strategy's reads are held to. To losing no write, and reading none before it is made, all strategies are held. */
export interface Promised {
  /** No read that begins after a write was acknowledged returns an older version. */
  readonly readAfterWrite: boolean
  /** No read that begins so long after a write was acknowledged returns an older version, in milliseconds. */
  readonly staleForAtMostMs?: number
}

export const violationKinds = [
  'read-after-write',
  'time-bound',
  'monotonic-reads',
  'monotonic-reads-before-ack',
  'lost-update',
  'read-from-the-future',
] as const

/**
 * - `read-after-write`: older than a write that was acknowledged before the read began.
 * - `time-bound`: the same, for longer than `staleForAtMostMs`.
 * - `monotonic-reads`: older than what this client had read, and the newer version had been acknowledged before.
 * - `monotonic-reads-before-ack`: the same, while the newer version had not been acknowledged. No strategy guarantees that.
 * - `lost-update`: an acknowledged write whose version was given twice, lies below an earlier one, or is missing at the end.
 * - `read-from-the-future`: a version that no write begun by then can have made.
 */
export type ViolationKind = (typeof violationKinds)[number]

export interface Violation {
  readonly kind: ViolationKind
  /** Whether it must not happen, by what the strategy is held to. */
  readonly promised: boolean
  /** The operations that prove it. The last one is the one that should not be. */
  readonly operations: readonly [...Operation[], Done]
  /** For how long the version read had been replaced by an acknowledged write when the read began. */
  readonly staleMs?: number
}

/** How many operations ended how. */
export interface Tally {
  readonly ok: number
  readonly failed: number
  readonly unknown: number
}

/** In milliseconds. */
export interface Distribution {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

export interface Verdict {
  /** Nothing was seen that must not happen. */
  readonly holds: boolean
  readonly promised: Promised
  /** All of them, whether they must not happen or only may, by kind and then by the start of the last operation. */
  readonly violations: readonly Violation[]
  readonly counts: Readonly<Record<ViolationKind, number>>
  /** The final reads are not among these. */
  readonly reads: Tally
  readonly writes: Tally
  readonly clients: number
  readonly keys: number
  /** Reads without a value, by HTTP status; 0: no answer. Counted, not judged. */
  readonly failedReads: ReadonlyMap<number, number>
  /** Of the reads older than an acknowledged write. */
  readonly staleness: Distribution | undefined
  /** Keys that were written and not read at the end, where a lost last write would not show. */
  readonly withoutFinalRead: readonly string[]
}
