import { Counter, Trend } from 'k6/metrics'

// k6's virtual users share no memory: all they tell each other, teardown and the summary goes through these.

/** Reads answered. Tags: strategy, outcome, phase (warmup, measured), op (read, list, page, report). */
export const answers = new Counter('answers')

/** Writes acknowledged. Tags: strategy, phase. */
export const acknowledged = new Counter('acknowledged')

/**
 * Plus one for each read answered and each write acknowledged, minus what `/api/stats` says at the end. Tags: strategy,
 * outcome (`writes` for writes): 0 when client and server counted the same. A threshold can't compare two metrics, but it can compare one with 0.
 */
export const balance = new Counter('balance')

/** Plus one when an operation begins, minus one when it ends: what is left was cut off. Tag: strategy. */
export const unfinished = new Counter('unfinished')

/** Operations that failed. Tags: strategy, kind (see FAILURES). */
export const failures = new Counter('failures')

/** Intended start to last byte received, measured phase only. Tags: strategy, op (read, list, page, report,
 * write), does (read, write), served. */
export const latencyMs = new Trend('latency_ms')

/** For how long the value served had been replaced, of those that were. Tags: strategy, op; measured phase only. */
export const staleMs = new Trend('stale_ms')

/** Reads whose answer did not say whether it was current (`X-Stale-Ms` absent). Tag: strategy. */
export const staleUnknown = new Counter('stale_unknown')

/**
 * A counter of `/api/stats`. Tags: strategy, counter, at (start, middle, end). One sample each; a Trend and not a
 * Gauge, since a Gauge that was never set reads 0.
 */
export const apiCount = new Trend('api_count')

/** Reads of the most popular post that had to load, by the time at which they began. Tags: strategy, slice. */
export const loadsBegun = new Counter('loads_begun')

/** Writes of the most popular post while its loads are looked at. Tag: strategy. */
export const hotWrites = new Counter('hot_writes')
