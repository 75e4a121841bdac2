/** Theory's predictions for a strategy under a workload: docs/theory.md. */
import { CEILING } from 'strategies/names'
import { zipf } from 'workload'
import type { ComparedStrategy, ComparedWorkload, ComparisonConfig } from '../comparison.ts'
import { hitRatioOfKey, hitRatioRefreshed, hitRatioServedStale, type KeyRates, type OnWrite } from './hit-ratio.ts'
import type { Prediction } from './prediction.ts'

/** 1 point: covers pauses of the machine, the time of a query, and chance over 5 TTLs. */
const HIT_RATIO_TOLERANCE = 0.01
const TTLS_OF_TOLERANCE = 5
const MOST_TOLERANCE = 0.05
/** Loads are assigned to expiries by time, so a load is sometimes counted with the neighbouring expiry. */
const STAMPEDE_TOLERANCE = 0.1

/** The part of a comparison's configuration that matters here. `apiProcesses` share the cache. */
type Conditions = Pick<ComparisonConfig, 'workload' | 'apiProcesses' | 'warmupMs' | 'measuredMs'>

const effects: Readonly<Record<string, OnWrite>> = {
  'expire-only': 'nothing',
  invalidate: 'invalidate',
  'write-through': 'write-through',
}

/**
 * Empty if there is no formula: a moving popularity, a crowd, a cold start, a trace, peers, other strategies (`xfetch`
 * refreshes by chance), the ceiling, and several processes with a cache each.
 */
export function predict(strategy: ComparedStrategy, config: Conditions): Prediction[] {
  const { workload, apiProcesses } = config
  const isStationary =
    workload.popularity === 'zipf' && workload.crowd === null && !workload.cold && workload.trace === null
  if (!isStationary || strategy.name.startsWith('peer:') || strategy.name === CEILING) return []
  if (strategy.promise.where === 'this process' && apiProcesses > 1) return []
  if (strategy.read === 'no-cache') {
    return [{ measure: 'postHitRatio', predicted: 0, tolerance: 0, kind: 'equal', basis: 'nothing is kept' }]
  }
  if (strategy.read === 'stale-while-revalidate') return servedStale(strategy, config)
  if (strategy.read === 'refresh-ahead') return refreshedAhead(strategy, config)
  const onWrite = effects[strategy.write]
  if (!['cache-aside', 'stampede-lock'].includes(strategy.read) || onWrite === undefined) return []
  return [
    hitRatio(strategy, config, onWrite),
    ...readFraction(workload, onWrite),
    ...stampedeFactor(strategy, workload, onWrite, apiProcesses),
  ]
}

function hitRatio({ promise }: ComparedStrategy, { workload, measuredMs }: Conditions, onWrite: OnWrite): Prediction {
  const { ttlMs, originDelayMs } = workload
  const times = { ttlMs, loadMs: originDelayMs, isGuarded: promise.breaks === undefined }
  const predicted = overPosts(workload, (rates) => hitRatioOfKey(rates, onWrite, times))
  const basis = 'renewal of each key, weighted by its popularity (docs/theory.md)'
  return {
    measure: 'postHitRatio',
    predicted,
    tolerance: toleranceOf(workload.ttlMs, measuredMs),
    kind: 'equal',
    basis,
  }
}

/** The mean over all posts, weighted by their popularity. */
function overPosts(workload: ComparedWorkload, hitRatioOf: (rates: KeyRates) => number): number {
  const popularity = zipf({ items: workload.posts, exponent: workload.zipf })
  let mean = 0
  for (let rank = 1; rank <= workload.posts; rank++) {
    const probability = popularity.probability(rank)
    mean += probability * hitRatioOf(ratesOf(workload, probability))
  }
  return mean
}

/** If the stale window is at least as long as the run, only writes and the start of the run end an entry. */
function servedStale({ write, promise }: ComparedStrategy, config: Conditions): Prediction[] {
  const { workload, warmupMs, measuredMs } = config
  const toMs = warmupMs + measuredMs
  if (write !== 'invalidate' || workload.readModifyWriteShare > 0 || promise.staleForAtMostMs < toMs) return []
  const times = { fromMs: warmupMs, toMs, loadMs: workload.originDelayMs }
  return [
    {
      measure: 'postHitRatio',
      predicted: overPosts(workload, (rates) => hitRatioServedStale(rates, times)),
      tolerance: HIT_RATIO_TOLERANCE,
      kind: 'equal',
      basis: 'a read waits only if no other came since the last write, or since the start of the run (docs/theory.md)',
    },
  ]
}

/** The default of `refreshAhead`: the last part of the TTL in which a read refreshes. */
export const AHEAD = 0.2

function refreshedAhead({ write }: ComparedStrategy, { workload, measuredMs }: Conditions): Prediction[] {
  const { ttlMs, originDelayMs, readModifyWriteShare } = workload
  const times = { freshMs: (1 - AHEAD) * ttlMs, windowMs: AHEAD * ttlMs, loadMs: originDelayMs }
  const isShort = originDelayMs <= times.windowMs / 10
  if (write !== 'invalidate' || readModifyWriteShare > 0 || !isShort) return []
  return [
    {
      measure: 'postHitRatio',
      predicted: overPosts(workload, (rates) => hitRatioRefreshed(rates, times)),
      tolerance: toleranceOf(ttlMs, measuredMs),
      kind: 'equal',
      basis: 'renewal of each key, with a refresh by a read in the last fifth of the TTL (docs/theory.md)',
    },
  ]
}

/**
 * After a warm-up of one TTL, entries still expire together. So the measured phase may differ from the steady state by one
 * miss of each key. The effect on the hit ratio falls with the number of measured TTLs.
 */
function toleranceOf(ttlMs: number, measuredMs: number): number {
  return Math.min(HIT_RATIO_TOLERANCE * Math.max(1, (TTLS_OF_TOLERANCE * ttlMs) / measuredMs), MOST_TOLERANCE)
}

/** A key is hit only if the previous operation on it was a read: an upper bound for any TTL if writes delete. */
function readFraction(workload: ComparedWorkload, onWrite: OnWrite): Prediction[] {
  const { reads, readModifyWrites, writes } = ratesOf(workload, 1)
  const byId = reads + readModifyWrites + writes
  if (onWrite !== 'invalidate' || reads === byId || reads + readModifyWrites === 0) return []
  return [
    {
      measure: 'postHitRatio',
      predicted: reads / byId,
      tolerance: HIT_RATIO_TOLERANCE,
      kind: 'at most',
      basis: 'a write deletes: at most the share of operations by id that leave the entry in place',
    },
  ]
}

function stampedeFactor(
  { read, promise }: ComparedStrategy,
  workload: ComparedWorkload,
  onWrite: OnWrite,
  apiProcesses: number,
): Prediction[] {
  const { reads, readModifyWrites, writes } = ratesOf(workload, popularityOfHottest(workload))
  // The first read and those that arrive during its load. In each process one of them loads, and the others share it.
  const herd = 1 + ((reads + readModifyWrites) * workload.originDelayMs) / 1_000
  const loads = promise.loadsPerExpiry
  const isOne = 'atMost' in loads && loads.atMost === 1 && loads.per === 'expiry'
  // If writes invalidate or fill the entry, loads do not follow expiries.
  if (onWrite !== 'nothing' && writes + readModifyWrites > 0) return []
  if (!isOne && (read !== 'cache-aside' || promise.breaks !== undefined)) return []
  return [
    {
      measure: 'stampedeFactor',
      predicted: isOne ? 1 : Math.min(apiProcesses, herd),
      tolerance: STAMPEDE_TOLERANCE,
      kind: isOne ? 'equal' : 'at most',
      basis: isOne
        ? 'a lease lets one load in all processes'
        : `the smaller of ${apiProcesses} processes and 1 + λδ of the hottest post`,
    },
  ]
}

function popularityOfHottest({ posts, zipf: exponent }: ComparedWorkload): number {
  return zipf({ items: posts, exponent }).probability(1)
}

/** @param probability the key's share of the operations */
function ratesOf(workload: ComparedWorkload, probability: number): KeyRates {
  const { ratePerSecond, writeShare, listShare, pageShare, reportShare, insertShare, readModifyWriteShare } = workload
  const others = writeShare + listShare + pageShare + reportShare + insertShare + readModifyWriteShare
  const rate = ratePerSecond * probability
  return {
    reads: rate * Math.max(0, 1 - others),
    readModifyWrites: rate * readModifyWriteShare,
    writes: rate * writeShare,
  }
}
