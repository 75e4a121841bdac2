/**
 * The decision, as a function of nothing but the comparison and the requirements:
 *
 * 1. What fails a requirement is ruled out, by a figure.
 * 2. Where no cache at all meets them too, a strategy has to be worth another server and another way to be wrong: it saves
 *    at least a tenth of the loads, and a hit is at least 3 times faster than a load, or the servers' CPU time is halved.
 * 3. The rest is ranked: see ranking.ts.
 *
 * Take out the winner, and the decision over what is left names the runner-up.
 */
import type { Comparison } from '../comparison.ts'
import { type MeasureName, measureNames } from '../measures.ts'
import { differenceOf, figureOf } from '../spread.ts'
import { type Beaten, bySimplicity, type FigureOf, isLower, rank, type Step, steps } from './ranking.ts'
import type { Requirements } from './requirements.ts'
import { ruledOutBy } from './ruled-out-by.ts'
import { told } from './told.ts'

export const FLOOR = 'no-cache'

/** Of the loads that no cache makes; a cache that saves less is not worth having. */
export const WORTH_SAVING = 0.1
/** A hit has to be this many times faster than a load, unless the servers' CPU time is halved. */
export const WORTH_SPEED = 3

export interface RuledOut {
  readonly strategy: string
  /** The figure, and the requirement that it fails. */
  readonly reason: string
  /** The same in a few words, the first reason only. */
  readonly short: string
}

export interface Decision {
  readonly winner: string | undefined
  readonly beaten: readonly Beaten[]
  readonly ruledOut: readonly RuledOut[]
  /** Meet the requirements, and save too little to be worth having. */
  readonly notWorthIt: readonly RuledOut[]
}

/** @param first what is ranked by before anything else, and has to be saved */
export function decide(comparison: Comparison, requirements: Requirements, first: Step = 'load'): Decision {
  const figures = figuresOf(comparison)
  const judged = comparison.strategies
    .map((strategy) => ({ strategy: strategy.name, reasons: ruledOutBy(comparison, strategy, requirements) }))
    .toSorted((a, b) => bySimplicity(a.strategy, b.strategy))
  const fit = judged.filter(({ reasons }) => reasons.length === 0).map(({ strategy }) => strategy)
  const notWorthIt = fit.includes(FLOOR) ? fit.filter((name) => name !== FLOOR && !paysOff(name, figures, first)) : []
  const left = fit.filter((name) => !notWorthIt.includes(name))
  return {
    ...rank(left, figures, first),
    ruledOut: judged
      .filter(({ reasons }) => reasons.length > 0)
      .map(({ strategy, reasons }) => ({
        strategy,
        reason: reasons.map(({ text }) => text).join('; '),
        short: reasons[0]!.short,
      })),
    notWorthIt: notWorthIt.map((strategy) => ({
      strategy,
      reason: whyNotWorthIt(strategy, figures, first),
      short: first === 'load' ? 'saves too little' : 'p99 not lower in every run',
    })),
  }
}

export function figuresOf(comparison: Comparison): FigureOf {
  const known = new Map<string, Map<MeasureName, ReturnType<FigureOf>>>()
  for (const { name } of comparison.strategies) {
    known.set(name, new Map(measureNames.map((measure) => [measure, figureOf(comparison, name, measure)])))
  }
  return (strategy, measure) => known.get(strategy)?.get(measure)
}

function paysOff(strategy: string, figures: FigureOf, step: Step): boolean {
  return savesEnough(strategy, figures, step) && !changesLittle(strategy, figures)
}

function savesEnough(strategy: string, figures: FigureOf, step: Step): boolean {
  const isBelow = isLower(figures(strategy, steps[step]), figures(FLOOR, steps[step]))
  return isBelow && saving(strategy, figures, step) >= WORTH_SAVING
}

/** Loads that cost about as much as a hit: saving them makes no read much faster. Not said of what is not known. */
export function changesLittle(strategy: string, figures: FigureOf): boolean {
  const faster = timesFaster(strategy, figures)
  const cpu = cpuShare(strategy, figures)
  return faster !== undefined && faster < WORTH_SPEED && (cpu === undefined || cpu > 0.5)
}

/** A hit, than a read without a cache, by the medians. */
function timesFaster(strategy: string, figures: FigureOf): number | undefined {
  const [hit, load] = [figures(strategy, 'hitP50Ms'), figures(FLOOR, 'readP50Ms')]
  return hit && load && hit.median > 0 ? load.median / hit.median : undefined
}

/** CPU time of API, Redis and Postgres per request, of that without a cache, by the medians. */
function cpuShare(strategy: string, figures: FigureOf): number | undefined {
  const [own, floor] = [strategy, FLOOR].map((name) => {
    const parts = (['apiCpuMs', 'redisCpuMs', 'postgresCpuMs'] as const).map((part) => figures(name, part)?.median)
    return parts.includes(undefined) ? undefined : parts.reduce<number>((sum, part) => sum + part!, 0)
  })
  return own !== undefined && floor ? own / floor : undefined
}

/** Share of the floor's loads, or of its latency, that is saved, by the medians. */
function saving(strategy: string, figures: FigureOf, step: Step): number {
  const [own, floor] = [figures(strategy, steps[step]), figures(FLOOR, steps[step])]
  return own && floor && floor.median > 0 ? 1 - own.median / floor.median : 0
}

/** Of a strategy that doesn't pay off. */
function whyNotWorthIt(strategy: string, figures: FigureOf, step: Step): string {
  if (savesEnough(strategy, figures, step)) return gainInWords(strategy, figures)
  const [own, floor] = [figures(strategy, steps[step]), figures(FLOOR, steps[step])]
  if (step === 'latency') {
    const overlap = differenceOf(own, floor) === 'no difference' ? ', and their runs overlap' : ''
    return `its read p99 is ${told('readP99Ms', own)}, that of ${FLOOR} ${told('readP99Ms', floor)}${overlap}`
  }
  const share = saving(strategy, figures, step)
  const saved = share > 0 ? `${(100 * share).toFixed(1)} %` : 'none'
  const within = isLower(own, floor) ? '' : ', which is no difference'
  return (
    `it saves the database ${saved} of the loads of ${FLOOR}${within}: ` +
    `${told('loadsPerRead', own)} loads per read against ${told('loadsPerRead', floor)}`
  )
}

/** Of a strategy that saves loads, what else it changes. */
function gainInWords(strategy: string, figures: FigureOf): string {
  const [hit, load] = [figures(strategy, 'hitP50Ms'), figures(FLOOR, 'readP50Ms')]
  const cpu = cpuShare(strategy, figures)
  const faster = timesFaster(strategy, figures)!
  return [
    `it saves ${(100 * saving(strategy, figures, 'load')).toFixed(0)} % of the loads, but these cost little: ` +
      `a hit takes ${told('hitP50Ms', hit)} (p50), a read without a cache ${told('readP50Ms', load)}, ` +
      (faster > 1 ? `${faster.toFixed(1)} times as long` : 'no longer'),
    ...(cpu === undefined
      ? []
      : [`${Math.abs(100 * (1 - cpu)).toFixed(0)} % ${cpu < 1 ? 'less' : 'more'} CPU time of all servers per request`]),
  ].join('; ')
}
