/**
 * A strategy of `packages/strategies`, as it is, over its store in memory, replays requests on a virtual clock:
 * millions of them in seconds, at any TTL and capacity. What it does not show: docs/simulating.md.
 */
import { type Codec, createCache, type Outcome } from 'cache-core'
import { type StrategyName, strategies } from 'strategies'
import type { TraceRequest } from 'traces'
import { KeptEntries } from './kept-entries.ts'
import { acknowledge, type Row, replacedAt, SimulatedOrigin } from './simulated-origin.ts'
import { Tally } from './tally.ts'
import { settled, virtualTime } from './virtual-time.ts'

export interface SimulationOptions {
  readonly strategy: StrategyName
  /** In the order of their times. */
  readonly requests: Iterable<TraceRequest>
  readonly ttlMs: number
  /** Room for so many entries; the least recently used is evicted. Default: room for all. */
  readonly maxEntries?: number | undefined
  /** How long a load takes. Default 0: at once, so that no two requests overlap. */
  readonly loadMs?: number
  /** How long a write takes to commit. Default 0. */
  readonly writeMs?: number
  /** Default 2_000. */
  readonly leaseMs?: number
  /** API processes that share the store; each request goes to any of them. Default 1. */
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
  /** Fresh or stale; 0 without reads, as the other ratios. */
  readonly hitRatio: number
  readonly loads: number
  readonly loadsPerRead: number
  /** Null where all requests have one time. */
  readonly loadsPerSecond: number | null
  /** Reads that returned a version older than the newest one acknowledged before the read began. */
  readonly staleReads: number
  /** For how long what a stale read returned had been replaced when the read began. Null without any. */
  readonly staleForMs: { readonly p50: number; readonly p99: number; readonly max: number } | null
  readonly evictions: number
  /** At once, at most, those included that have expired and were not asked for since. From the whole run, warm-up included. */
  readonly peakEntries: number
  /** Header, value and key of those; what the store takes beside is its own affair. */
  readonly peakBytes: number
  /** From the first request counted to the last one. */
  readonly virtualMs: number
  readonly wallMs: number
}

/** Of a value where the trace says nothing: a post's. */
const DEFAULT_SIZE_BYTES = 350
const DEFAULT_LEASE_MS = 2_000

/**
 * Values are versions. Each takes 8 bytes here whatever its size, which is accounted for apart: entries of many gigabytes
 * can be simulated on a small machine.
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

/** The same requests and the same seed give the same figures, but for `wallMs`. @throws CacheError `BAD_OPTION` */
export async function simulate(options: SimulationOptions): Promise<Simulated> {
  const { strategy, requests, ttlMs, maxEntries, loadMs = 0, writeMs = 0, warmupMs = 0, seed } = options
  const startedAt = performance.now()
  const time = virtualTime(seed)
  const { now, sleep, random } = time.runtime
  const tally = new Tally()
  const mayOverlap = loadMs > 0 || writeMs > 0

  const origin = new SimulatedOrigin(async ({ version }) => {
    if (now() >= warmupMs) tally.loads++
    if (loadMs > 0) await sleep(loadMs) // after the row was read, so that writes can overtake the load
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
  const tuning = { ttlMs, leaseMs: options.leaseMs ?? DEFAULT_LEASE_MS }
  const caches = Array.from({ length: options.processes ?? 1 }, () =>
    createCache({ store: watched, read: read(tuning), write: write(), codec: versionCodec, runtime: time.runtime }),
  )
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
    // Traces don't say how long a deleted key stays away. Here a delete is a write that leaves nothing to fill the cache with.
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
    // What one key is asked at one moment comes from one client, who waits for each answer: a read-modify-write.
    const isNext = mayOverlap && before?.key === key && before.timeMs === timeMs
    const done: Promise<unknown> = isNext ? before!.done.then(begin) : begin()
    if (mayOverlap) before = { key, timeMs, done }
    if (mayOverlap) await settled()
    else await done
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
    loads,
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
