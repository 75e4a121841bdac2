/** Figures of a comparison as cells and words, the same on all pages. */
import type { Comparison } from '../../apps/compare/src/comparison.ts'
import type { MeasureName } from '../../apps/compare/src/measures.ts'
import { figureOf, type Spread } from '../../apps/compare/src/spread.ts'
import { CEILING } from '../../packages/strategies/src/strategy-names.ts'

export const FLOOR = 'no-cache'
export type Strategy = Comparison['strategies'][number]
export const isCeiling = ({ name }: Strategy) => name === CEILING
export const isNaive = (strategy: Strategy) => strategy.promise.breaks !== undefined && !isCeiling(strategy)

/** Median over the runs, with the range unless its rounded ends are equal. */
export function spread(figure: Spread | undefined, text: (value: number) => string): string {
  if (figure === undefined) return '–'
  const [median, min, max] = [figure.median, figure.min, figure.max].map(text)
  return min === max ? median! : `${median} [${min}–${max}]`
}

export const percent = (share: number) => (100 * share).toFixed(1)
export const whole = (value: number) => value.toFixed(0)
export const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0))
export const seconds = (valueMs: number) => `${Number((valueMs / 1_000).toFixed(1))} s`

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}

export function medianOf(comparison: Comparison, strategy: string, measure: MeasureName): number {
  return figureOf(comparison, strategy, measure)!.median
}

/** Caching strategies that keep their guarantee. */
function guarded({ strategies }: Comparison): string[] {
  const isGuarded = (strategy: Strategy) => !isNaive(strategy) && !isCeiling(strategy) && strategy.name !== FLOOR
  return strategies.filter(isGuarded).map(({ name }) => name)
}

/** Factor between no cache and the guarded strategies, by the medians: the range over these strategies. */
export function timesLower(comparison: Comparison, measure: MeasureName): string {
  const floor = medianOf(comparison, FLOOR, measure)
  const factors = mediansOfGuarded(comparison, measure).map((value) => floor / value)
  const [least, most] = [Math.min(...factors), Math.max(...factors)].map((factor) =>
    factor.toFixed(factor < 10 ? 1 : 0),
  )
  return least === most ? least! : `${least} to ${most}`
}

/** How many times lower than without a cache the median is, in words, and whether the ranges overlap. */
export function timesLowerInWords(comparison: Comparison, measure: MeasureName): string {
  const floor = figureOf(comparison, FLOOR, measure)!
  if (guarded(comparison).every((name) => figureOf(comparison, name, measure)!.max < floor.min))
    return `${timesLower(comparison, measure)} times lower`
  return `${timesLower(comparison, measure)} times lower, but the ranges overlap, so no difference is claimed`
}

/** The ceiling sees no writes, so its stale reads mean nothing. */
export function staleSeen(comparison: Comparison, name: string): string {
  if (name === CEILING) return '–'
  const figure = figureOf(comparison, name, 'staleMaxMs')
  if (figure === undefined) return '–'
  return figure.max === 0 ? 'none' : `up to ${seconds(figure.max)} old`
}

/** Older runs lack this measure. */
export const countsWaiting = (comparison: Comparison) => figureOf(comparison, FLOOR, 'waitingPerSecond') !== undefined

export const mediansOfGuarded = (comparison: Comparison, measure: MeasureName) =>
  guarded(comparison).map((name) => medianOf(comparison, name, measure))

export function range(values: readonly number[]): string {
  const [least, most] = [ms(Math.min(...values)), ms(Math.max(...values))]
  return least === most ? least : `${least} to ${most}`
}
