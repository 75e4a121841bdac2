import { Counter, Trend } from 'k6/metrics'

// k6's virtual users share no memory: these metrics are the only way to pass data to teardown and the summary.

/** Reads answered. Tags: strategy, outcome, phase (warmup, measured), op (read, list, page, report). */
export const answers = new Counter('answers')

/** Writes acknowledged. Tags: strategy, phase. */
export const acknowledged = new Counter('acknowledged')

/**
 * Plus one for each answered read and acknowledged write, minus the counts of `/api/stats` at the end: 0 if client and server
 * agree. A threshold can't compare two metrics, but it can compare one with 0. Tags: strategy, outcome (`writes` for writes).
 */
export const balance = new Counter('balance')

/** Plus one when an operation begins, minus one when it ends: the rest were cut off. Tag: strategy. */
export const unfinished = new Counter('unfinished')

/** Operations that failed. Tags: strategy, kind (see FAILURES). */
export const failures = new Counter('failures')

/** Intended start to last byte received, measured phase only. Tags: strategy, op (read, list, page, report,
 * write), does (read, write), served. */
export const latencyMs = new Trend('latency_ms')

/** The time since the value of a stale read had been replaced. Tags: strategy, op; measured phase only. */
export const staleMs = new Trend('stale_ms')

/** Reads without `X-Stale-Ms`, whose staleness is unknown. Tag: strategy. */
export const staleUnknown = new Counter('stale_unknown')

/**
 * A counter of `/api/stats`. Tags: strategy, counter, at (start, middle, end, settled). One sample each. A Trend, since an
 * unset Gauge reads 0.
 */
export const apiCount = new Trend('api_count')

/** Reads of the most popular post that loaded, by their start time. Tags: strategy, slice. */
export const loadsBegun = new Counter('loads_begun')

/** Reads of the hot post that waited for a load, without the cold start. Tag: strategy. */
export const waitedAtExpiry = new Counter('waited_at_expiry')

/** Writes of the most popular post while its loads are counted. Tag: strategy. */
export const hotWrites = new Counter('hot_writes')
