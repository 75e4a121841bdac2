/**
 * The decision, a pure function of the comparison and the requirements:
 *
 * 1. A strategy that fails a requirement is ruled out, by a figure.
 * 2. If `no-cache` meets the requirements too, a cache has to be worth a second server and its failure modes: it saves at
 *    least 10 % of the loads, and either a hit is at least 3 times faster than a load or the servers' CPU time is halved.
 * 3. The rest is ranked: see ranking.ts.
 *
 * The same decision without the winner gives the runner-up.
 */
import type { Comparison } from '../comparison.ts'
import { type MeasureName, measureNames } from '../measures.ts'
import { differenceOf, figureOf } from '../spread.ts'
import { formatMeasured } from './format.ts'
import { bySimplicity, type FigureOf, isLower, type Outranked, rank, type Step, steps } from './ranking.ts'
import type { Requirements } from './requirements.ts'
import { ruledOutBy } from './ruled-out-by.ts'

export const FLOOR = 'no-cache'

/** Share of the loads of `no-cache` that a cache has to save. */
export const WORTH_SAVING = 0.1
/** A hit has to be this many times faster than a load, unless the servers' CPU time is halved. */
export const WORTH_SPEED = 3

export interface RuledOut {
  readonly strategy: string
  /** The figure and the requirement that it fails. */
  readonly reason: string
  /** The first reason, in a few words. */
  readonly short: string
}

export interface Decision {
  readonly winner: string | undefined
  readonly outranked: readonly Outranked[]
  readonly ruledOut: readonly RuledOut[]
  /** Meet the requirements, but save too little. */
  readonly notWorthIt: readonly RuledOut[]
}

/** @param first the measure to rank by first, and in which a cache has to beat `no-cache` */
export function decide(comparison: Comparison, requirements: Requirements, first: Step = 'load'): Decision {
  const figures = figuresOf(comparison)
  const checked = comparison.strategies
    .map((strategy) => ({ strategy: strategy.name, reasons: ruledOutBy(comparison, strategy, requirements) }))
    .toSorted((a, b) => bySimplicity(a.strategy, b.strategy))
  const fit = checked.filter(({ reasons }) => reasons.length === 0).map(({ strategy }) => strategy)
  const notWorthIt = fit.includes(FLOOR) ? fit.filter((name) => name !== FLOOR && !paysOff(name, figures, first)) : []
  const left = fit.filter((name) => !notWorthIt.includes(name))
  return {
    ...rank(left, figures, first),
    ruledOut: checked
      .filter(({ reasons }) => reasons.length > 0)
      .map(({ strategy, reasons }) => ({
        strategy,
        reason: reasons.map(({ text }) => text).join('; '),
        short: reasons[0]!.short,
      })),
    notWorthIt: notWorthIt.map((strategy) => ({
      strategy,
      reason: whyNotWorthIt(strategy, figures, first),
      short: LITTLE[first],
    })),
  }
}

const LITTLE: Readonly<Record<Step, string>> = {
  load: 'saves too little',
  latency: 'p99 not lower in every run',
  waiting: 'too many reads wait',
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

/** Whether a load costs about as much as a hit, so that saving loads makes no read much faster. False if unknown. */
export function changesLittle(strategy: string, figures: FigureOf): boolean {
  const faster = timesFaster(strategy, figures)
  const cpu = cpuShare(strategy, figures)
  return faster !== undefined && faster < WORTH_SPEED && (cpu === undefined || cpu > 0.5)
}

/** How many times faster a hit is than a read without a cache, by the medians. */
function timesFaster(strategy: string, figures: FigureOf): number | undefined {
  const [hit, load] = [figures(strategy, 'hitP50Ms'), figures(FLOOR, 'readP50Ms')]
  return hit && load && hit.median > 0 ? load.median / hit.median : undefined
}

/** CPU time of API, Redis and Postgres per request, as a share of that without a cache, by the medians. */
function cpuShare(strategy: string, figures: FigureOf): number | undefined {
  const [own, floor] = [strategy, FLOOR].map((name) => {
    const parts = (['apiCpuMs', 'redisCpuMs', 'postgresCpuMs'] as const).map((part) => figures(name, part)?.median)
    return parts.includes(undefined) ? undefined : parts.reduce<number>((sum, part) => sum + part!, 0)
  })
  return own !== undefined && floor ? own / floor : undefined
}

/** The saved share of the floor's loads or latency, by the medians. */
function saving(strategy: string, figures: FigureOf, step: Step): number {
  const [own, floor] = [figures(strategy, steps[step]), figures(FLOOR, steps[step])]
  return own && floor && floor.median > 0 ? 1 - own.median / floor.median : 0
}

function whyNotWorthIt(strategy: string, figures: FigureOf, step: Step): string {
  if (savesEnough(strategy, figures, step)) return gainInWords(strategy, figures)
  const [own, floor] = [figures(strategy, steps[step]), figures(FLOOR, steps[step])]
  if (step === 'latency') {
    const overlap = differenceOf(own, floor) === 'no difference' ? ', and their runs overlap' : ''
    return `its read p99 is ${formatMeasured('readP99Ms', own)} against ${formatMeasured('readP99Ms', floor)} for ${FLOOR}${overlap}`
  }
  if (step === 'waiting') {
    return `${formatMeasured('waitingPerSecond', own)} of its reads wait for a load, against ${formatMeasured('waitingPerSecond', floor)} for ${FLOOR}`
  }
  const share = saving(strategy, figures, step)
  const saved = share > 0 ? `${(100 * share).toFixed(1)} %` : 'none'
  const within = isLower(own, floor) ? '' : ' (no difference)'
  return (
    `it saves ${saved} of the loads of ${FLOOR}${within}: ` +
    `${formatMeasured('loadsPerRead', own)} loads per read against ${formatMeasured('loadsPerRead', floor)}`
  )
}

/** The gain of a strategy that saves enough loads but changes little. */
function gainInWords(strategy: string, figures: FigureOf): string {
  const [hit, load] = [figures(strategy, 'hitP50Ms'), figures(FLOOR, 'readP50Ms')]
  const cpu = cpuShare(strategy, figures)
  const faster = timesFaster(strategy, figures)!
  return [
    `it saves ${(100 * saving(strategy, figures, 'load')).toFixed(0)} % of the loads, but loads are cheap: ` +
      `a hit takes ${formatMeasured('hitP50Ms', hit)} (p50), a read without a cache ${formatMeasured('readP50Ms', load)}, ` +
      (faster > 1 ? `${faster.toFixed(1)} times as long` : 'no longer'),
    ...(cpu === undefined
      ? []
      : [`${Math.abs(100 * (1 - cpu)).toFixed(0)} % ${cpu < 1 ? 'less' : 'more'} CPU time of all servers per request`]),
  ].join('; ')
}
