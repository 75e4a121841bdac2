import type { Comparison } from '../../comparison.ts'
import { type MeasureName, measures } from '../../measures.ts'
import { RUNS_TO_CLAIM } from '../../spread.ts'
import type { Deviation } from '../../theory/deviation.ts'
import { type PromiseKept, promisesKept } from '../broken-promises.ts'
import { formatCount, formatMs } from '../format.ts'
import { CEILING, standingsIn, withTooFewRuns } from '../standing.ts'
import { type Block, MARK_SIGNS, type Section, text } from './content.ts'
import { measureTable } from './measure-table.ts'

const MAIN: readonly MeasureName[] = [
  'hitRatio',
  'readP50Ms',
  'readP99Ms',
  'missP50Ms',
  'loadsPerRead',
  'loadsPerSecond',
  'staleReadRatio',
  'staleMaxMs',
  'consistentAfter1S',
  'lostWrites',
  'redisCommandsPerRequest',
  'redisBytesPerRequest',
  'apiCpuMs',
]

/** What an engineer has to see: who is best in what, at which price, and whether the promises held. */
export function answer(comparison: Comparison, deviations: readonly Deviation[], advice: readonly string[]): Section {
  const { config } = comparison
  const { workload } = config
  return {
    id: 'answer',
    title: 'The answer',
    blocks: [
      text(
        `${workload.title}: ${formatCount(workload.ratePerSecond)} requests a second on ${formatCount(workload.posts)} posts, ` +
          `${formatMs(config.measuredMs)} measured, ${config.runs === 1 ? '1 run' : `${config.runs} runs`} of each of ${comparison.strategies.length} strategies.`,
      ),
      ...(advice.length > 0 ? [{ kind: 'list', items: advice } as const] : []),
      ...promiseBlocks(promisesKept(comparison)),
      ...whatCounts(comparison),
      { kind: 'list', items: winners(comparison, deviations) },
      { kind: 'table', table: measureTable(comparison, 'Median of the runs, and [least–greatest]', MAIN) },
      text(legend(comparison)),
    ],
  }
}

function promiseBlocks(kept: readonly PromiseKept[]): Block[] {
  // Those that say how they break it don't stand by it, even where nothing was seen.
  const standing = kept.filter(
    ({ strategy }) => strategy.promise.readAfterWrite && strategy.promise.breaks === undefined,
  )
  const holders = standing.filter(({ verdict }) => verdict === 'kept')
  const reads = holders.reduce((sum, { probeReads }) => sum + probeReads, 0)
  const declared = kept.filter(({ verdict }) => verdict === 'broken as declared')
  return [
    ...kept.flatMap((one): Block[] =>
      one.verdict === 'broken'
        ? [{ kind: 'alarm', text: `${one.strategy.name} broke its promise: ${inWords(one.promised)}.` }]
        : [],
    ),
    ...(holders.length > 0
      ? [
          {
            kind: 'good',
            text: `${holders.length} of the ${standing.length} strategies that stand by read-after-write kept it: 0 violations in ${formatCount(reads)} reads of the probe.`,
          } as const,
        ]
      : []),
    ...(declared.length > 0
      ? [
          text(
            `Seen to break their promise, as they say of themselves: ${declared.map(({ strategy, promised }) => `${strategy.name} (${inWords(promised)})`).join(', ')}.`,
          ),
        ]
      : []),
  ]
}

export function inWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([kind, count]) => `${formatCount(count)} × ${kind}`)
    .join(', ')
}

function whatCounts({ config, strategies, turns, finishedAt }: Comparison): Block[] {
  const counted = turns.filter(({ status }) => status === 'ok').length
  const wanted = config.runs * strategies.length
  const disagreeing = turns.filter(({ account }) => account.agree === false).length
  return [
    ...(counted < wanted || finishedAt === null
      ? [
          {
            kind: 'alarm',
            text: `${counted} of ${wanted} turns count${finishedAt === null ? '; the comparison is not finished' : ''}. The others are under “What was counted”.`,
          } as const,
        ]
      : []),
    ...(disagreeing > 0
      ? [
          {
            kind: 'alarm',
            text: `In ${disagreeing} turns the server did not count what its clients counted.`,
          } as const,
        ]
      : []),
  ]
}

function winners(comparison: Comparison, deviations: readonly Deviation[]): string[] {
  const asked: readonly MeasureName[] = ['hitRatio', 'readP50Ms', 'readP99Ms', 'loadsPerSecond']
  return [
    ...asked.map((measure) => `${measures[measure].title}: ${winnersOf(comparison, measure)}`),
    deviations.length > 0
      ? `theory: ${deviations.filter(({ deviates }) => deviates).length} of ${deviations.length} figures deviate from what is predicted by more than the tolerance`
      : 'theory: nothing is predicted for this workload',
  ]
}

function winnersOf(comparison: Comparison, measure: MeasureName): string {
  const standings = [...standingsIn(comparison, measure)]
  const broken = new Set(
    promisesKept(comparison).flatMap(({ strategy, verdict }) => (verdict.startsWith('broken') ? [strategy.name] : [])),
  )
  const names = standings.map(([name]) => (broken.has(name) ? `${name} (broke its promise)` : name))
  const [first, ...others] = names
  if (!first) return 'no difference is claimed'
  if (others.length === 0) return `best is ${first}, beyond every other in all runs`
  return `${first} has the best median; no difference from ${others.join(', ')}`
}

function legend(comparison: Comparison): string {
  const few = withTooFewRuns(comparison)
  const claims =
    few.length === comparison.strategies.length
      ? `No difference is claimed at all: it takes ${RUNS_TO_CLAIM} runs of each that count, and there are fewer.`
      : `${MARK_SIGNS.best} best: all its runs lie beyond all runs of every other. ${MARK_SIGNS.equal} no difference from the best: their runs overlap. ` +
        'Without a sign: worse than the one with the best median, in all runs.' +
        (few.length > 0
          ? ` Nothing is claimed of ${few.map(({ name, runs }) => `${name} (${runs} runs that count)`).join(', ')}: it takes ${RUNS_TO_CLAIM}.`
          : '')
  const ceiling = comparison.strategies.some(({ name }) => name === CEILING)
    ? ` ${CEILING} is the ceiling, not a strategy, and not ranked.`
    : ''
  return `${claims}${ceiling} ${MARK_SIGNS.alarm} a broken promise. – not known. Each figure is defined in docs/measuring.md.`
}
