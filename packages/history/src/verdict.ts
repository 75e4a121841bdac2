import type { Done, Operation } from './operation.ts'

/** The guarantee of a strategy's reads. In addition, no strategy may lose a write or read one before it is made. */
export interface Guaranteed {
  /** No read that begins after a write was acknowledged returns an older version. */
  readonly readAfterWrite: boolean
  /** No read that begins later than this after a write was acknowledged returns an older version, in milliseconds. */
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
 * - `monotonic-reads`: older than an earlier read of this client, although the newer version had been acknowledged.
 * - `monotonic-reads-before-ack`: the same, before the newer version was acknowledged. No strategy prevents that.
 * - `lost-update`: an acknowledged write whose version occurs twice, is lower than an earlier one, or is missing at the end.
 * - `read-from-the-future`: a version that no write could have made yet.
 */
export type ViolationKind = (typeof violationKinds)[number]

export interface Violation {
  readonly kind: ViolationKind
  /** Whether the guarantee forbids it. */
  readonly promised: boolean
  /** The operations that prove it. The last one violates. */
  readonly operations: readonly [...Operation[], Done]
  /** From the acknowledgement of the first newer version to the start of the read. */
  readonly staleMs?: number
}

/** The number of operations by outcome. */
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
  /** No violation of the guarantee was found. */
  readonly holds: boolean
  readonly promised: Guaranteed
  /** All of them, also those not forbidden, by kind and then by the start of the last operation. */
  readonly violations: readonly Violation[]
  readonly counts: Readonly<Record<ViolationKind, number>>
  /** Without the final reads. */
  readonly reads: Tally
  readonly writes: Tally
  readonly clients: number
  readonly keys: number
  /** Reads without a value, by HTTP status; 0: no answer. Counted, not checked. */
  readonly failedReads: ReadonlyMap<number, number>
  /** Of reads older than an acknowledged write. */
  readonly staleness: Distribution | undefined
  /** Keys that were written but not read at the end, so a lost last write would go unnoticed. */
  readonly withoutFinalRead: readonly string[]
}
