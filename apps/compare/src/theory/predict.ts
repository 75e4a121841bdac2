/** What theory predicts of a strategy under a workload: docs/theory.md. */
import { zipf } from 'workload'
import type { ComparedStrategy, ComparedWorkload, ComparisonConfig } from '../comparison.ts'
import { hitRatioOfKey, type KeyRates, type OnWrite } from './hit-ratio.ts'
import type { Prediction } from './prediction.ts'

/** One point: what pauses of the machine, the time a query takes, and chance in five TTLs add up to at most. */
const HIT_RATIO_TOLERANCE = 0.01
const TTLS_OF_TOLERANCE = 5
const MOST_TOLERANCE = 0.05
/** Loads of an expiry are told apart by their time, so that one of a neighbouring expiry is now and then counted with it. */
const STAMPEDE_TOLERANCE = 0.1

/** Of a comparison: `apiProcesses` share the cache. */
type Circumstances = Pick<ComparisonConfig, 'workload' | 'apiProcesses' | 'measuredMs'>

const effects: Readonly<Record<string, OnWrite>> = {
  'expire-only': 'nothing',
  invalidate: 'invalidate',
  'write-through': 'write-through',
}

/**
 * Empty where there is no formula: a moving popularity, a crowd, a cold start, a trace, peers, other strategies.
 */
export function predict(strategy: ComparedStrategy, config: Circumstances): Prediction[] {
  const { workload, apiProcesses } = config
  const isStationary =
    workload.popularity === 'zipf' && workload.crowd === null && !workload.cold && workload.trace === null
  if (!isStationary || strategy.name.startsWith('peer:')) return []
  if (strategy.read === 'no-cache') {
    return [{ measure: 'postHitRatio', predicted: 0, tolerance: 0, kind: 'equal', basis: 'nothing is kept' }]
  }
  const onWrite = effects[strategy.write]
  if (!['cache-aside', 'stampede-lock'].includes(strategy.read) || onWrite === undefined) return []
  return [
    hitRatio(strategy, config, onWrite),
    ...readFraction(workload, onWrite),
    ...stampedeFactor(strategy, workload, onWrite, apiProcesses),
  ]
}

function hitRatio(
  { promise }: ComparedStrategy,
  { workload, measuredMs }: Circumstances,
  onWrite: OnWrite,
): Prediction {
  const { ttlMs, originDelayMs } = workload
  const times = { ttlMs, loadMs: originDelayMs, isGuarded: promise.breaks === undefined }
  const popularity = zipf({ items: workload.posts, exponent: workload.zipf })
  let predicted = 0
  for (let rank = 1; rank <= workload.posts; rank++) {
    const probability = popularity.probability(rank)
    predicted += probability * hitRatioOfKey(ratesOf(workload, probability), onWrite, times)
  }
  const basis = 'renewal of each key, weighted by its popularity (docs/theory.md)'
  return {
    measure: 'postHitRatio',
    predicted,
    tolerance: toleranceOf(workload.ttlMs, measuredMs),
    kind: 'equal',
    basis,
  }
}

/**
 * After a warm-up of one TTL entries still expire together, so that the measured phase has up to one miss of each key more
 * or less than theory's steady state. What that is in hit ratio falls with the number of TTLs measured.
 */
function toleranceOf(ttlMs: number, measuredMs: number): number {
  return Math.min(HIT_RATIO_TOLERANCE * Math.max(1, (TTLS_OF_TOLERANCE * ttlMs) / measuredMs), MOST_TOLERANCE)
}

/** A key is hit only if the operation on it before was a read: no TTL gets a strategy that deletes on write above that. */
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
  // Whoever comes while the first one loads; in each process one of them loads, the others share it.
  const herd = 1 + ((reads + readModifyWrites) * workload.originDelayMs) / 1_000
  const loads = promise.loadsPerExpiry
  const isOne = 'atMost' in loads && loads.atMost === 1 && loads.per === 'expiry'
  // Where writes void or renew the entry too, loads don't come by expiries.
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

/** @param probability of the key among all. */
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
