/**
 * Ranks the strategies that meet the requirements: by database load, then by read p99, then by fewer moving parts. A
 * difference has to be at least 10 %. If latency or waiting reads come first, database load comes second.
 *
 * "No difference" is not transitive, so each step keeps every strategy that no other strategy beats. A strategy that beats
 * each of the others directly therefore wins.
 */
import { strategyNames } from 'strategies/names'
import type { MeasureName } from '../measures.ts'
import { differenceOf, type Spread } from '../spread.ts'

export type FigureOf = (strategy: string, measure: MeasureName) => Spread | undefined

/** The steps, with the measure that decides each. */
export const steps = {
  load: 'loadsPerRead',
  latency: 'readP99Ms',
  waiting: 'waitingPerSecond',
} as const satisfies Record<string, MeasureName>

export type Step = keyof typeof steps

export interface Outranked {
  readonly strategy: string
  /** The step at which it was outranked. */
  readonly step: Step | 'simplicity'
  /** The strategy that beat it there: the winner if possible. */
  readonly by: string
}

export interface Ranking {
  readonly winner: string | undefined
  readonly outranked: readonly Outranked[]
}

export function rank(strategies: readonly string[], figureOf: FigureOf, first: Step = 'load'): Ranking {
  const byFirst = fewest(strategies, first, figureOf)
  const bySecond = fewest(byFirst.left, first === 'load' ? 'latency' : 'load', figureOf)
  const [winner, ...others] = bySecond.left.toSorted(bySimplicity)
  const behind = [...byFirst.behind, ...bySecond.behind]
  return {
    winner,
    outranked: [
      ...behind.map(({ strategy, step, outrankedBy }): Outranked => {
        const { measure, names } = { measure: steps[step], names: outrankedBy.toSorted(bySimplicity) }
        const least = names.toSorted((a, b) => median(figureOf(a, measure)) - median(figureOf(b, measure)))
        return { strategy, step, by: outrankedBy.includes(winner!) ? winner! : least[0]! }
      }),
      ...others.map((strategy): Outranked => ({ strategy, step: 'simplicity', by: winner! })),
    ],
  }
}

function fewest(strategies: readonly string[], step: Step, figureOf: FigureOf) {
  const ranked = strategies.map((strategy) => ({
    strategy,
    step,
    outrankedBy: strategies.filter((other) => beats(figureOf(other, steps[step]), figureOf(strategy, steps[step]))),
  }))
  return {
    left: ranked.filter(({ outrankedBy }) => outrankedBy.length === 0).map(({ strategy }) => strategy),
    behind: ranked.filter(({ outrankedBy }) => outrankedBy.length > 0),
  }
}

/** A smaller difference than this share does not justify more moving parts. */
export const WORTH_CHOOSING = 0.1

function beats(a: Spread | undefined, b: Spread | undefined): boolean {
  return isLower(a, b) && (b === undefined || median(a) <= (1 - WORTH_CHOOSING) * median(b))
}

/** Lower in all runs, or by the medians if there are too few runs. An unknown figure is higher than every known one. */
export function isLower(a: Spread | undefined, b: Spread | undefined): boolean {
  const difference = differenceOf(a, b)
  return difference === 'too few runs' ? median(a) < median(b) : difference === 'lower'
}

function median(spread: Spread | undefined): number {
  return spread?.median ?? Number.POSITIVE_INFINITY
}

/** The table of strategies is ordered from fewer moving parts to more; libraries come after it. */
export function bySimplicity(a: string, b: string): number {
  return movingParts(a) - movingParts(b) || (a < b ? -1 : a > b ? 1 : 0)
}

function movingParts(strategy: string): number {
  const names: readonly string[] = strategyNames
  const position = names.indexOf(strategy)
  return position >= 0 ? position : isPeer(strategy) ? names.length + 1 : names.length
}

/** Another caching library. */
export function isPeer(strategy: string): boolean {
  return strategy.startsWith('peer:')
}
