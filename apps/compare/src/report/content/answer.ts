import { CEILING } from 'strategies/names'
import { FLOOR } from '../../advisor/decide.ts'
import { isCurrent } from '../../advisor/is-current.ts'
import { type Comparison, writesIn } from '../../comparison.ts'
import type { MeasureName } from '../../measures.ts'
import { figureOf, RUNS_TO_CLAIM } from '../../spread.ts'
import type { Deviation } from '../../theory/deviation.ts'
import { checkGuarantees, type GuaranteeCheck } from '../check-guarantees.ts'
import { formatCount, formatFigure, formatMs, formatWholeShare } from '../format.ts'
import { contestantsIn, withTooFewRuns } from '../ranks.ts'
import { type Block, type Cell, MARK_SIGNS, type Section, text } from './content.ts'
import { measureTable, TOO_FEW } from './measure-table.ts'
import { answersTo } from './needs.ts'

const MAIN: readonly MeasureName[] = [
  'hitRatio',
  'waitingPerSecond',
  'readP50Ms',
  'readP99Ms',
  'writeP50Ms',
  'loadsPerSecond',
  'staleReadRatio',
  'staleMaxMs',
  'lostWrites',
  'redisCommandsPerRequest',
  'redisBytesPerRequest',
  'apiCpuMs',
]

/** The first section: the strategy for each need, and whether the guarantees held. */
export function answer(comparison: Comparison, deviations: readonly Deviation[], advice: readonly string[]): Section {
  const kept = checkGuarantees(comparison)
  return {
    id: 'answer',
    title: 'The answer',
    blocks: [
      text(loadInWords(comparison)),
      ...alarms(comparison, kept),
      ...answersTo(comparison),
      ...withoutTheDelay(comparison),
      ...heldGuarantees(kept, comparison.config.apiProcesses),
      ...(advice.length > 0 ? [{ kind: 'lines', caption: 'For what was required:', lines: advice } as const] : []),
      ...tables(comparison, kept),
      text(`${legend(comparison)} ${theoryInWords(deviations)}`),
    ],
  }
}

/** How much of the effect comes from the added delay, and how much from the database. */
function withoutTheDelay(comparison: Comparison): Block[] {
  const { originDelayMs } = comparison.config.workload
  const load = (measure: MeasureName) => figureOf(comparison, FLOOR, measure)?.median
  const [post, report] = [load('postP50Ms'), load('reportMissP50Ms')]
  const [postHit, reportHit] = [slowestIn(comparison, 'hitP50Ms'), slowestIn(comparison, 'reportHitP50Ms')]
  const sentences = [
    ...(originDelayMs > 0 && post !== undefined && post > originDelayMs && postHit
      ? [
          `Without the added ${formatMs(originDelayMs)} a post takes about ${comparedWithHit(post - originDelayMs, postHit)} (${FLOOR} p50 less the delay).`,
        ]
      : []),
    ...(report !== undefined && reportHit
      ? [`The report, to which no delay is added, takes ${comparedWithHit(report, reportHit)}.`]
      : []),
  ]
  return sentences.length === 0 ? [] : [text(sentences.join(' '))]
}

/** The highest median of the contestants. */
function slowestIn(comparison: Comparison, measure: MeasureName): number | undefined {
  const medians = [...contestantsIn(comparison)].flatMap((name) => figureOf(comparison, name, measure)?.median ?? [])
  return medians.length === 0 ? undefined : Math.max(...medians)
}

function comparedWithHit(loadMs: number, hitMs: number): string {
  return `${formatFigure('postP50Ms', loadMs)} ms from the database, ${Number((loadMs / hitMs).toPrecision(2))} times a hit`
}

function loadInWords({ config }: Comparison): string {
  const { workload, runs } = config
  const { originDelayMs } = workload
  const writes = writesIn(workload)
  return [
    `${workload.title}: ${formatCount(workload.ratePerSecond)} requests/s on ${formatCount(workload.posts)} posts`,
    writes === 0 ? 'no writes' : `${formatWholeShare(writes)} of them writes`,
    `TTL ${formatMs(workload.ttlMs)}`,
    ...(originDelayMs > 0 ? [`${formatMs(originDelayMs)} added to each load of posts`] : []),
    `${runs === 1 ? '1 run' : `median of ${runs} runs`} of ${formatMs(config.measuredMs)}.`,
  ].join(', ')
}

/**
 * The contestants, then the forms known to break their guarantee (never ranked, each with its violations), then the ceiling.
 */
function tables({ strategies, ...rest }: Comparison, kept: readonly GuaranteeCheck[]): Block[] {
  const comparison = { strategies, ...rest }
  const caption = 'Median of the runs, and [min–max]'
  const ceiling = strategies.filter(({ name }) => name === CEILING)
  const unguarded = strategies.filter(({ name, promise }) => promise.breaks !== undefined && name !== CEILING)
  const guarded = strategies.filter((strategy) => ![...unguarded, ...ceiling].includes(strategy))
  const { head, rows, ...table } = measureTable(comparison, `Without the guard. ${caption}`, MAIN, unguarded)
  return [
    { kind: 'table', table: measureTable(comparison, caption, MAIN, guarded) },
    ...(unguarded.length === 0
      ? []
      : [
          {
            kind: 'table',
            table: {
              ...table,
              head: [head[0]!, 'how it breaks', ...head.slice(1)],
              rows: rows.map(([name, ...cells]) => [name!, lossOf(kept, name!.text), ...cells]),
            },
          } as const,
        ]),
    ...(ceiling.length === 0
      ? []
      : [
          {
            kind: 'table',
            table: measureTable(
              comparison,
              'The ceiling, not a strategy: a warm store in memory, without expiry, that sees no writes',
              MAIN,
              ceiling,
            ),
          } as const,
        ]),
  ]
}

function lossOf(kept: readonly GuaranteeCheck[], name: string): Cell {
  const { forbidden = {} } = kept.find(({ strategy }) => strategy.name === name) ?? {}
  return Object.keys(forbidden).length > 0
    ? { text: lossInWords(forbidden), value: totalOf(forbidden), mark: 'alarm' }
    : { text: 'loses scripted races', value: 0, detail: '0 stale reads seen; docs/races.md', mark: 'alarm' }
}

/** Problems that come before any figure. */
function alarms({ config, strategies, turns, finishedAt }: Comparison, kept: readonly GuaranteeCheck[]): Block[] {
  const counted = turns.filter(({ status }) => status === 'ok').length
  const wanted = config.runs * strategies.length
  const disagreeing = turns.filter(({ account }) => account.agree === false).length
  const unfinished = finishedAt === null ? '; the comparison is not finished' : ''
  return [
    ...kept
      .filter(({ verdict }) => verdict === 'broken')
      .map(({ strategy, forbidden }) => `${strategy.name} broke its guarantee: ${inWords(forbidden)}.`),
    ...(counted < wanted || finishedAt === null
      ? [`${counted} of ${wanted} turns count${unfinished}. The others are under “What was counted”.`]
      : []),
    ...(disagreeing > 0 ? [`In ${disagreeing} turns the counts of the server and its clients differ.`] : []),
  ].map((text) => ({ kind: 'alarm', text }))
}

function heldGuarantees(kept: readonly GuaranteeCheck[], processes: number): Block[] {
  const guaranteeing = kept.filter(({ strategy }) => isCurrent(strategy.promise, processes))
  const holders = guaranteeing.filter(({ verdict }) => verdict === 'kept')
  const reads = holders.reduce((sum, { probeReads }) => sum + probeReads, 0)
  const all = guaranteeing.length === 1 ? 'The only' : `All ${holders.length}`
  const which = holders.length === guaranteeing.length ? all : `${holders.length} of ${guaranteeing.length}`
  const declared = kept.filter(({ verdict }) => verdict === 'broken as declared')
  const unguarded = declared.every(({ strategy }) => strategy.name.startsWith('naive-'))
    ? 'The naive strategies'
    : 'Unguarded forms'
  return [
    ...(holders.length > 0
      ? [
          {
            kind: 'good',
            text: `${which} ${guaranteeing.length === 1 ? 'strategy that guarantees' : 'strategies that guarantee'} read-after-write kept it: 0 violations in ${formatCount(reads)} probe reads.`,
          } as const,
        ]
      : []),
    ...(declared.length > 0
      ? [
          text(
            `${unguarded} broke it, as expected: ${declared.map(({ strategy, forbidden }) => `${strategy.name} (${lossInWords(forbidden)})`).join(', ')}.`,
          ),
        ]
      : []),
  ]
}

/** A violation of read-after-write is a stale read. */
function lossInWords(counts: Readonly<Record<string, number>>): string {
  const { 'read-after-write': stale, ...others } = counts
  return [
    ...(stale === undefined ? [] : [`${formatCount(stale)} stale reads seen`]),
    ...(Object.keys(others).length === 0 ? [] : [inWords(others)]),
  ].join(', ')
}

/** The number of violations of all kinds. */
export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

export function inWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([kind, count]) => `${formatCount(count)} × ${kind}`)
    .join(', ')
}

function theoryInWords(deviations: readonly Deviation[]): string {
  if (deviations.length === 0) return 'Theory predicts nothing for this workload.'
  const deviating = deviations.filter(({ deviates }) => deviates).length
  return `Theory: ${deviating} of ${deviations.length} figures deviate from the prediction by more than the tolerance.`
}

function legend(comparison: Comparison): string {
  const few = withTooFewRuns(comparison)
  const claims =
    few.length > 0 && few.length === contestantsIn(comparison).size
      ? `Nothing is marked best: that needs ${RUNS_TO_CLAIM} counted runs of each strategy.`
      : `${MARK_SIGNS.best} best: all its runs lie beyond all runs of every other. ${MARK_SIGNS.equal} no difference from the best: their runs overlap. ` +
        'No sign in a column with signs: all its runs are worse than all runs of the strategy with the best median; ' +
        `“${TOO_FEW}”: too few for a claim. Forms that break their guarantee are not ranked.` +
        (few.length > 0
          ? ` No claim about ${few.map(({ name, runs }) => `${name} (${runs} counted runs)`).join(', ')}: ${RUNS_TO_CLAIM} are needed.`
          : '')
  const ceiling = comparison.strategies.some(({ name }) => name === CEILING)
    ? ` ${CEILING} is an upper bound, not a strategy, and is not ranked.`
    : ''
  return `${claims}${ceiling} ${MARK_SIGNS.alarm} broken guarantee. – not known. docs/measuring.md defines each figure.`
}
