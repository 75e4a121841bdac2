/**
 * Replays requests on a virtual clock with a real strategy of `packages/strategies` over its store in memory: millions of
 * requests in seconds, at any TTL and capacity. docs/simulating.md has its limits.
 */
import { setImmediate as settled } from 'node:timers/promises'
import { type CacheEvent, type Codec, createCache, type Outcome } from 'cache-core'
import { defaultTuning, type StrategyName, strategies } from 'strategies'
import type { TraceRequest } from 'workload/traces'
import { KeptEntries } from './kept-entries.ts'
import { acknowledge, type Row, replacedAt, SimulatedOrigin } from './simulated-origin.ts'
import { Tally } from './tally.ts'
import { virtualTime } from './virtual-time.ts'

export interface SimulationOptions {
  readonly strategy: StrategyName
  /** In the order of their times. */
  readonly requests: Iterable<TraceRequest>
  readonly ttlMs: number
  /** Maximum number of entries; the least recently used is evicted. Default: unlimited. */
  readonly maxEntries?: number | undefined
  /** How long a load takes. Default 0, so that no two requests overlap. */
  readonly loadMs?: number
  /** How long a write takes to commit. Default 0. */
  readonly writeMs?: number
  /** Default 2_000. */
  readonly leaseMs?: number
  /** API processes that share the store; each request goes to a random one. Default 1. */
  readonly processes?: number
  /** Requests before this time are replayed, but not counted. Default 0. */
  readonly warmupMs?: number
  readonly seed: number
}

export interface Simulated {
  readonly strategy: StrategyName
  readonly reads: number
  /** Deletes included. */
  readonly writes: number
  readonly outcomes: Record<'hits' | 'stale' | 'misses' | 'collapsed' | 'bypassed', number>
  /** Fresh and stale hits; 0 without reads, like the other ratios. */
  readonly hitRatio: number
  /** Misses, collapsed and bypassed: reads that waited for a load. */
  readonly waitingReads: number
  /** Background loads included. */
  readonly loads: number
  /** Background loads: no read waited for them, except reads after the entry ended during the load. */
  readonly refreshLoads: number
  readonly loadsPerRead: number
  /** Null if all requests have the same time. */
  readonly loadsPerSecond: number | null
  /** Reads that returned a version older than the newest one acknowledged before the read began. */
  readonly staleReads: number
  /** For stale reads: the time from the replacement of the value to the start of the read. Null without stale reads. */
  readonly staleForMs: { readonly p50: number; readonly p99: number; readonly max: number } | null
  readonly evictions: number
  /** Most entries at the same time, including expired ones that were not read since. Over the whole run, warm-up included. */
  readonly peakEntries: number
  /** Header, value and key of those entries, without the store's overhead. */
  readonly peakBytes: number
  /** From the first counted request to the last. */
  readonly virtualMs: number
  readonly wallMs: number
}

/** The size of a post, for values without a size in the trace. */
const DEFAULT_SIZE_BYTES = 350
const DEFAULT_LEASE_MS = 2_000

/**
 * Values are versions of 8 bytes. Their nominal size is accounted for separately, so that entries of many gigabytes can be
 * simulated on a small machine.
 */
const VERSION_BYTES = 8
const scratch = Buffer.alloc(VERSION_BYTES)
const versionCodec: Codec<number> = {
  encode(version) {
    scratch.writeDoubleLE(version) // copied into the entry before anything else runs
    return scratch
  },
  decode: (bytes) => bytes.readDoubleLE(),
}

/** The same requests and seed give the same figures, except `wallMs`. @throws CacheError `BAD_OPTION` */
export async function simulate(options: SimulationOptions): Promise<Simulated> {
  const { strategy, requests, ttlMs, maxEntries, loadMs = 0, writeMs = 0, warmupMs = 0, seed } = options
  const startedAt = performance.now()
  const time = virtualTime(seed)
  const { now, sleep, random } = time.runtime
  const tally = new Tally()
  const mayOverlap = loadMs > 0 || writeMs > 0

  const origin = new SimulatedOrigin(async ({ version }) => {
    if (now() >= warmupMs) tally.loads++
    if (loadMs > 0) await sleep(loadMs) // after the row was read, so that writes can happen during the load
    return version
  }, DEFAULT_SIZE_BYTES)
  const kept = new KeptEntries(origin)

  const { read, write, store } = strategies[strategy]
  const room = store({
    prefix: '',
    memory: {
      runtime: time.runtime,
      maxBytes: Number.MAX_SAFE_INTEGER,
      ...(maxEntries !== undefined && { maxEntries }),
    },
    onEvict(key) {
      kept.remove(key)
      if (now() >= warmupMs) tally.evictions++
    },
  })
  const watched = kept.watch(room, (row, length) => length - VERSION_BYTES + row.sizeBytes + row.key.length)
  const tuning = { ...defaultTuning, ttlMs, leaseMs: options.leaseMs ?? DEFAULT_LEASE_MS }
  let isRefreshing = false
  const onEvent = (event: CacheEvent) => {
    if (event.type !== 'refresh') return
    isRefreshing = true
    const isCounted = now() >= warmupMs
    const count = (loaded: boolean) => {
      if (loaded && isCounted) tally.refreshLoads++
    }
    event.finished.then(count, () => {})
  }
  const parts = { store: watched, write: write(), codec: versionCodec, runtime: time.runtime, onEvent }
  const caches = Array.from({ length: options.processes ?? 1 }, () => createCache({ ...parts, read: read(tuning) }))
  const anyCache = caches.length === 1 ? () => caches[0]! : () => caches[Math.floor(random() * caches.length)]!

  async function readRow(row: Row, isCounted: boolean): Promise<Outcome> {
    const began = now()
    const { acknowledged } = row
    const { outcome, value } = await anyCache().read(row.key, row.load)
    if (isCounted) {
      tally.outcomes[outcome]++
      if (value! < acknowledged) tally.staleForMs.push(began - replacedAt(row, value!))
    }
    return outcome
  }

  async function writeRow(row: Row, op: 'write' | 'delete', isCounted: boolean): Promise<void> {
    const commit = async () => {
      if (writeMs > 0) await sleep(writeMs)
      return ++row.version
    }
    // Traces don't say how long a deleted key stays absent. So a delete is a write without a value to fill the cache with.
    const change = { keys: [row.key], ...(op === 'write' && { value: (version: number) => version }) }
    const { result } = await anyCache().write(change, commit)
    acknowledge(row, result, now())
    if (isCounted) tally.writes++
  }

  let before: { readonly key: string; readonly timeMs: number; readonly done: Promise<unknown> } | undefined
  for (const { timeMs, op, key, sizeBytes } of requests) {
    const passing = time.passTo(timeMs)
    if (passing !== undefined) await passing
    const isCounted = timeMs >= warmupMs
    if (isCounted) {
      tally.firstMs ??= timeMs
      tally.lastMs = timeMs
    }
    const row = origin.row(key)
    if (sizeBytes !== undefined) row.sizeBytes = sizeBytes
    const begin = (): Promise<unknown> => (op === 'read' ? readRow(row, isCounted) : writeRow(row, op, isCounted))
    // Requests for one key at one time are a read-modify-write: one client that waits for each answer.
    const isNext = mayOverlap && before?.key === key && before.timeMs === timeMs
    const done: Promise<unknown> = isNext ? before!.done.then(begin) : begin()
    if (mayOverlap) before = { key, timeMs, done }
    if (!mayOverlap) await done
    // If loads take no time, a background refresh is over before the next request.
    if (mayOverlap || isRefreshing) await settled()
    isRefreshing = false
  }
  while (time.nextAt !== undefined) await time.passTo(time.nextAt)

  const { reads, loads, outcomes, spanMs } = tally
  return {
    strategy,
    reads,
    writes: tally.writes,
    outcomes: {
      hits: outcomes.hit,
      stale: outcomes.stale,
      misses: outcomes.miss,
      collapsed: outcomes.collapsed,
      bypassed: outcomes.bypass,
    },
    hitRatio: share(outcomes.hit + outcomes.stale, reads),
    waitingReads: outcomes.miss + outcomes.collapsed + outcomes.bypass,
    loads,
    refreshLoads: tally.refreshLoads,
    loadsPerRead: share(loads, reads),
    loadsPerSecond: spanMs > 0 ? (loads / spanMs) * 1_000 : null,
    staleReads: tally.staleForMs.length,
    staleForMs: tally.staleness(),
    evictions: tally.evictions,
    peakEntries: kept.peakEntries,
    peakBytes: kept.peakBytes,
    virtualMs: spanMs,
    wallMs: performance.now() - startedAt,
  }
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
