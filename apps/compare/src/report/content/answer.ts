import { FLOOR } from '../../advisor/decide.ts'
import { isCurrent } from '../../advisor/guarantee.ts'
import type { Comparison } from '../../comparison.ts'
import type { MeasureName } from '../../measures.ts'
import { figureOf, RUNS_TO_CLAIM } from '../../spread.ts'
import type { Deviation } from '../../theory/deviation.ts'
import { type PromiseKept, promisesKept } from '../broken-promises.ts'
import { formatCount, formatFigure, formatMs, formatWholeShare } from '../format.ts'
import { CEILING, contestantsIn, withTooFewRuns } from '../standing.ts'
import { type Block, type Cell, MARK_SIGNS, type Section, text } from './content.ts'
import { measureTable } from './measure-table.ts'
import { answersTo } from './needs.ts'

const MAIN: readonly MeasureName[] = [
  'hitRatio',
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

/** What an engineer has to see first: what to use for which need, and whether the guarantees held. */
export function answer(comparison: Comparison, deviations: readonly Deviation[], advice: readonly string[]): Section {
  const kept = promisesKept(comparison)
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

/** What of the effect is the added delay's, and what the database's own. */
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

/** The highest median of those that may be chosen. */
function slowestIn(comparison: Comparison, measure: MeasureName): number | undefined {
  const medians = [...contestantsIn(comparison)].flatMap((name) => figureOf(comparison, name, measure)?.median ?? [])
  return medians.length === 0 ? undefined : Math.max(...medians)
}

function comparedWithHit(loadMs: number, hitMs: number): string {
  return `${formatFigure('postP50Ms', loadMs)} ms from the database, ${Number((loadMs / hitMs).toPrecision(2))} times a hit`
}

function loadInWords({ config }: Comparison): string {
  const { workload, runs } = config
  const { writeShare, insertShare, readModifyWriteShare, originDelayMs } = workload
  const writes = writeShare + insertShare + readModifyWriteShare
  return [
    `${workload.title}: ${formatCount(workload.ratePerSecond)} requests/s on ${formatCount(workload.posts)} posts`,
    writes === 0 ? 'no writes' : `${formatWholeShare(writes)} of them writes`,
    `TTL ${formatMs(workload.ttlMs)}`,
    ...(originDelayMs > 0 ? [`${formatMs(originDelayMs)} added to each load of posts`] : []),
    `${runs === 1 ? '1 run' : `median of ${runs} runs`} of ${formatMs(config.measuredMs)}.`,
  ].join(', ')
}

/** Those that may be chosen; then the forms that are known to break their guarantee, each with how it breaks it, and never ranked. */
function tables({ strategies, ...rest }: Comparison, kept: readonly PromiseKept[]): Block[] {
  const comparison = { strategies, ...rest }
  const caption = 'Median of the runs, and [min–max]'
  const unguarded = strategies.filter(({ promise }) => promise.breaks !== undefined)
  const guarded = strategies.filter((strategy) => !unguarded.includes(strategy))
  const { head, rows, ...table } = measureTable(comparison, `The same without the guard. ${caption}`, MAIN, unguarded)
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
  ]
}

function lossOf(kept: readonly PromiseKept[], name: string): Cell {
  const { promised = {} } = kept.find(({ strategy }) => strategy.name === name) ?? {}
  return Object.keys(promised).length > 0
    ? { text: lossInWords(promised), mark: 'alarm' }
    : { text: 'loses scripted races', detail: '0 stale reads seen; docs/races.md', mark: 'alarm' }
}

/** What has to be known before any figure is believed. */
function alarms({ config, strategies, turns, finishedAt }: Comparison, kept: readonly PromiseKept[]): Block[] {
  const counted = turns.filter(({ status }) => status === 'ok').length
  const wanted = config.runs * strategies.length
  const disagreeing = turns.filter(({ account }) => account.agree === false).length
  const unfinished = finishedAt === null ? '; the comparison is not finished' : ''
  return [
    ...kept
      .filter(({ verdict }) => verdict === 'broken')
      .map(({ strategy, promised }) => `${strategy.name} broke its guarantee: ${inWords(promised)}.`),
    ...(counted < wanted || finishedAt === null
      ? [`${counted} of ${wanted} turns count${unfinished}. The others are under “What was counted”.`]
      : []),
    ...(disagreeing > 0 ? [`In ${disagreeing} turns the server did not count what its clients counted.`] : []),
  ].map((text) => ({ kind: 'alarm', text }))
}

function heldGuarantees(kept: readonly PromiseKept[], processes: number): Block[] {
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
            text: `${which} ${guaranteeing.length === 1 ? 'strategy that guarantees' : 'strategies that guarantee'} read-after-write held it: 0 violations in ${formatCount(reads)} reads of the probe.`,
          } as const,
        ]
      : []),
    ...(declared.length > 0
      ? [
          text(
            `${unguarded} broke it, as expected: ${declared.map(({ strategy, promised }) => `${strategy.name} (${lossInWords(promised)})`).join(', ')}.`,
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
      ? `Nothing is marked best: that takes ${RUNS_TO_CLAIM} runs of each strategy that count.`
      : `${MARK_SIGNS.best} best: all its runs lie beyond all runs of every other. ${MARK_SIGNS.equal} no difference from the best: their runs overlap. ` +
        'Without a sign: worse than the best median in all runs.' +
        (few.length > 0
          ? ` Nothing is claimed of ${few.map(({ name, runs }) => `${name} (${runs} runs that count)`).join(', ')}: it takes ${RUNS_TO_CLAIM}.`
          : '')
  const ceiling = comparison.strategies.some(({ name }) => name === CEILING)
    ? ` ${CEILING} is an upper bound, not a strategy, and not ranked.`
    : ''
  return `${claims}${ceiling} ${MARK_SIGNS.alarm} a broken guarantee. – not known. docs/measuring.md defines each figure.`
}
