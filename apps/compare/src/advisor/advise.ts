/**
 * The advisor: from a comparison and requirements to a strategy, with its tuning, the runner-up, and why not the others.
 * How it decides is in decide.ts, and in words in docs/choosing.md.
 */
import type { ComparedStrategy, Comparison } from '../comparison.ts'
import { type Difference, differenceOf, RUNS_TO_CLAIM } from '../spread.ts'
import { bestTtl, type TtlOutlook } from './best-ttl.ts'
import { type Decision, decide, FLOOR, figuresOf, type RuledOut, savingInWords, WORTH_SAVING } from './decide.ts'
import { type Beaten, bySimplicity, type FigureOf, isPeer, steps } from './ranking.ts'
import type { Requirements } from './requirements.ts'
import { snippet } from './snippet.ts'
import { told, toldTime } from './told.ts'

export { adviceInWords } from './advice-in-words.ts'

export interface Recommendation {
  readonly strategy: string
  readonly title: string
  /** The figures it is recommended for, as text. */
  readonly figures: readonly string[]
  /** Absent where nothing is kept, and for a library. */
  readonly ttl?: { readonly ttlMs: number; readonly why: string }
  /** Imports it from cache-core. Absent where there is nothing to import from there. */
  readonly snippet?: string
}

/** Meets the requirements too, and why it is not recommended, with the figures. */
export interface Loser {
  readonly strategy: string
  readonly why: string
}

export interface Advice {
  readonly requirements: Requirements
  /** Undefined: nothing that was measured meets the requirements. */
  readonly pick: Recommendation | undefined
  /** Why nothing should be cached. Then the pick is `no-cache`. */
  readonly dontCache: string | undefined
  /** What would be recommended if there were no pick. */
  readonly runnerUp: Loser | undefined
  /** The others that meet the requirements, simplest first. */
  readonly others: readonly Loser[]
  readonly ruledOut: readonly RuledOut[]
  /** What else a reader has to know to trust this. */
  readonly notes: readonly string[]
}

export interface AdviseOptions {
  /** What a simulation of the same load predicts of a strategy, for a range of TTLs. */
  readonly ttlSweep?: (strategy: string) => Promise<readonly TtlOutlook[]>
}

export async function advise(
  comparison: Comparison,
  requirements: Requirements,
  { ttlSweep }: AdviseOptions = {},
): Promise<Advice> {
  const decision = decide(comparison, requirements)
  const { winner } = decision
  const second = winner === undefined ? undefined : decide(without(comparison, winner), requirements).winner
  const figures = figuresOf(comparison)
  const losers = losersOf(decision, figures)
  const picked = comparison.strategies.find(({ name }) => name === winner)
  return {
    requirements,
    pick: picked && (await recommend(picked, comparison, requirements, ttlSweep)),
    dontCache: winner === FLOOR ? whyNoCache(comparison, decision, second, figures) : undefined,
    runnerUp: losers.find(({ strategy }) => strategy === second),
    others: losers.filter(({ strategy }) => strategy !== second),
    ruledOut: decision.ruledOut,
    notes: notesOn(comparison, decision, requirements, figures),
  }
}

function without(comparison: Comparison, strategy: string): Comparison {
  return {
    ...comparison,
    strategies: comparison.strategies.filter(({ name }) => name !== strategy),
    turns: comparison.turns.filter((turn) => turn.strategy !== strategy),
  }
}

async function recommend(
  { name, title, read, write, store, promise }: ComparedStrategy,
  comparison: Comparison,
  requirements: Requirements,
  ttlSweep: AdviseOptions['ttlSweep'],
): Promise<Recommendation> {
  const figures = figuresOf(comparison)
  const recommendation = {
    strategy: name,
    title,
    figures: [
      `${told('loadsPerRead', figures(name, 'loadsPerRead'))} loads per read, ${told('loadsPerSecond', figures(name, 'loadsPerSecond'))}`,
      `read p50 ${told('readP50Ms', figures(name, 'readP50Ms'))}, p99 ${told('readP99Ms', figures(name, 'readP99Ms'))}`,
      `hit ratio ${told('hitRatio', figures(name, 'hitRatio'))}`,
      `stale: ${told('staleReadRatio', figures(name, 'staleReadRatio'))} of the probe's reads, ` +
        (promise.readAfterWrite && promise.breaks === undefined
          ? 'none by its promise'
          : `for ${toldTime(promise.staleForAtMostMs)} at most by its promise`),
    ],
  }
  if (store === 'none' || isPeer(name)) return recommendation
  const ttl = await ttlFor(name, !promise.readAfterWrite, comparison, requirements, ttlSweep)
  const code = snippet({ read, write, store, ttlMs: ttl.ttlMs })
  return { ...recommendation, ttl, ...(code !== undefined && { snippet: code }) }
}

async function ttlFor(
  strategy: string,
  ttlBoundsStaleness: boolean,
  comparison: Comparison,
  requirements: Requirements,
  ttlSweep: AdviseOptions['ttlSweep'],
): Promise<{ ttlMs: number; why: string }> {
  const measuredMs = comparison.config.workload.ttlMs
  if (!ttlSweep) return { ttlMs: measuredMs, why: 'as measured; no other was tried' }
  const best = bestTtl(await ttlSweep(strategy), requirements, ttlBoundsStaleness)
  if (!best) return { ttlMs: measuredMs, why: 'as measured; of those simulated, none stays within the limits' }
  const predicted = `${(100 * best.hitRatio).toFixed(1)} % hits and ${best.loadsPerSecond.toFixed(1)} loads per second`
  return {
    ttlMs: best.ttlMs,
    why:
      `the shortest within a point of the best hit ratio: a simulation of this load predicts ${predicted}. ` +
      `Measured was ${toldTime(measuredMs)}`,
  }
}

function losersOf({ beaten, notWorthIt }: Decision, figures: FigureOf): Loser[] {
  return [
    ...beaten.map((one) => ({ strategy: one.strategy, why: whyBeaten(one, figures) })),
    ...notWorthIt.map(({ strategy, reason }) => ({ strategy, why: reason })),
  ].toSorted((a, b) => bySimplicity(a.strategy, b.strategy))
}

const THAN: Record<Difference, string> = {
  lower: 'lower',
  higher: 'higher',
  'no difference': 'no difference',
  'too few runs': 'by the medians',
}

function whyBeaten({ strategy, step, by }: Beaten, figures: FigureOf): string {
  const against = (measure: 'loadsPerRead' | 'readP99Ms', name: string) => {
    const [own, other] = [figures(strategy, measure), figures(by, measure)]
    return `${name} ${told(measure, own)} against ${told(measure, other)} of ${by} (${THAN[differenceOf(own, other)]})`
  }
  const load = against(steps.load, 'loads per read')
  if (step === 'load') return load
  const latency = `${load}; ${against(steps.latency, 'read p99')}`
  return step === 'latency' ? latency : `${latency}; ${by} has fewer moving parts`
}

function whyNoCache(
  { config: { workload } }: Comparison,
  { notWorthIt }: Decision,
  second: string | undefined,
  figures: FigureOf,
): string {
  const writes = workload.writeShare + workload.insertShare + workload.readModifyWriteShare
  const load = `${(100 * writes).toFixed(0)} % of the operations write`
  const best = notWorthIt.find(({ strategy }) => strategy === second)?.strategy
  if (best === undefined) return `${FLOOR} meets the requirements, and no cache that was measured does; ${load}`
  const against = (measure: 'readP50Ms' | 'readP99Ms') => {
    const [own, floor] = [figures(best, measure), figures(FLOOR, measure)]
    return `${told(measure, own)} against ${told(measure, floor)} (${THAN[differenceOf(own, floor)]})`
  }
  return (
    `${FLOOR} meets the requirements, and the best cache, ${best}, does not pay: ${savingInWords(best, figures)}. ` +
    `A cache should spare ${100 * WORTH_SAVING} %. ` +
    `Its read p50 is ${against('readP50Ms')}, its p99 ${against('readP99Ms')}; ${load}`
  )
}

function notesOn(comparison: Comparison, decision: Decision, requirements: Requirements, figures: FigureOf): string[] {
  const { winner, beaten, notWorthIt } = decision
  const { maxStalenessMs, p99Ms, maxLoadsPerSecond } = requirements
  const compared = [winner, ...beaten.map(({ strategy }) => strategy), ...notWorthIt.map(({ strategy }) => strategy)]
  const few = compared.filter((name) => name !== undefined && runsOf(comparison, name) < RUNS_TO_CLAIM)
  const straddling = (
    [
      ['readP99Ms', p99Ms, 'read p99', '--p99'],
      ['loadsPerSecond', maxLoadsPerSecond, 'database load', '--max-db-load'],
    ] as const
  ).filter(([measure, limit]) => {
    const spread = winner === undefined ? undefined : figures(winner, measure)
    return spread !== undefined && limit !== undefined && spread.max > limit
  })
  const promise = comparison.strategies.find(({ name }) => name === winner)?.promise
  const { writeShare, ratePerSecond, trace } = comparison.config.workload
  return [
    ...(few.length > 0
      ? [
          `rests on medians alone, without a claim that they differ: fewer than ${RUNS_TO_CLAIM} runs count of ` +
            `${few.join(', ')}. Compare again with --runs ${RUNS_TO_CLAIM} or more`,
        ]
      : []),
    ...straddling.map(
      ([measure, , name, flag]) =>
        `the ${name} of ${winner} is ${told(measure, figures(winner!, measure))}: not every run stays within ${flag}`,
    ),
    ...(maxStalenessMs === undefined && promise && !promise.readAfterWrite
      ? [`--max-staleness was not given, and a value may be stale for ${toldTime(promise.staleForAtMostMs)}`]
      : []),
    ...(maxLoadsPerSecond !== undefined
      ? [
          trace === null
            ? `database load was measured at ${ratePerSecond} operations per second, ${(100 * writeShare).toFixed(0)} % of them writes; at another rate it is another`
            : `database load was measured at the rate of the trace that was replayed; at another rate it is another`,
        ]
      : []),
    ...(comparison.strategies.some(({ name }) => name === FLOOR)
      ? []
      : [`${FLOOR} was not measured, so that nothing is known of whether a cache pays at all`]),
    ...(comparison.finishedAt === null ? ['the comparison is not finished: turns are missing'] : []),
  ]
}

function runsOf({ turns }: Comparison, strategy: string): number {
  return turns.filter((turn) => turn.strategy === strategy && turn.status === 'ok').length
}
