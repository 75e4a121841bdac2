/** How often two equal strategies look different, by the runs that were counted. */
import { RUNS_TO_CLAIM } from '../../spread.ts'
import { formatCount } from '../format.ts'

/** @param runs the counted runs of each strategy that is compared */
export function chanceInWords(runs: readonly number[]): string {
  const pairs = runs.flatMap((a, at) => runs.slice(at + 1).map((b) => casesFor(a, b)))
  const expected = pairs.reduce((sum, cases) => sum + 1 / cases, 0)
  const cases = rangeOf(
    pairs.length === 0 ? [casesFor(RUNS_TO_CLAIM, RUNS_TO_CLAIM)] : pairs,
    (of) => `1 of ${formatCount(of)}`,
  )
  const each = rangeOf(pairs.length === 0 ? [RUNS_TO_CLAIM] : runs, formatCount)
  const there = pairs.length === 1 ? 'There is 1 pair' : `There are ${formatCount(pairs.length)} pairs`
  const equal = pairs.length === 1 ? 'both' : 'all'
  return (
    `By chance alone, two equal strategies look different in ${cases} cases at ${each} runs each. ` +
    `${there} for each measure, so if ${equal} were equal, ${Number(expected.toPrecision(2)).toLocaleString('en-US', { maximumFractionDigits: 20 })} pairs would look different.`
  )
}

/** Of C(a + b, a) equally likely orders, all runs of one lie beyond all runs of the other in 2. This is 1 in the result. */
function casesFor(a: number, b: number): number {
  let orders = 1
  for (let at = 1; at <= a; at++) orders = (orders * (b + at)) / at
  return Math.round(orders) / 2
}

function rangeOf(values: readonly number[], write: (value: number) => string): string {
  const [low, high] = [write(Math.min(...values)), write(Math.max(...values))]
  return low === high ? low : `${low} to ${high}`
}
