/** The evidence: differences, guarantees, theory and reconciliation. */
import { CEILING } from 'strategies/names'
import type { ComparedStrategy, Comparison, Turn } from '../../comparison.ts'
import { type MeasureName, measures } from '../../measures.ts'
import { RUNS_TO_CLAIM, spreadOf } from '../../spread.ts'
import type { Deviation } from '../../theory/deviation.ts'
import { checkGuarantees, type GuaranteeCheck } from '../check-guarantees.ts'
import { formatCount, formatFigure, formatMs, formatShare, formatSpread, UNKNOWN } from '../format.ts'
import { contestantsIn, countedRunsIn, groupsIn } from '../ranks.ts'
import { inWords, totalOf } from './answer.ts'
import { chanceInWords } from './chance.ts'
import { type Block, type Cell, figureCell, type Section, type Table, text } from './content.ts'
import { headOf } from './measure-table.ts'

const COMPARED: readonly MeasureName[] = [
  'hitRatio',
  'waitingPerSecond',
  'readP50Ms',
  'readP99Ms',
  'missP50Ms',
  'loadsPerRead',
  'staleReadRatio',
  'redisCommandsPerRequest',
  'redisBytesPerRequest',
  'apiCpuMs',
]

export function differences(comparison: Comparison): Section {
  const claimed = withGroups(comparison)
  const runs = countedRunsIn(comparison).flatMap(({ runs }) => (runs >= RUNS_TO_CLAIM ? [runs] : []))
  return {
    id: 'differences',
    title: 'Which differences are claimed',
    blocks:
      claimed.length === 0
        ? [text(`No difference is claimed: that needs ${RUNS_TO_CLAIM} counted runs of each strategy.`)]
        : [
            text(
              'In each column, strategies that share a letter do not differ: their runs overlap. Strategies without a common letter differ: all runs of one lie beyond all runs of the other. Letters run from the best (a) to the worst; less CPU and fewer loads, commands and bytes are better. Forms that break their guarantee are left out.',
            ),
            { kind: 'table', table: lettersTable(comparison, claimed) },
            text(chanceInWords(runs)),
          ],
  }
}

type Claimed = readonly { readonly measure: MeasureName; readonly groups: readonly (readonly string[])[] }[]

function withGroups(comparison: Comparison): Claimed {
  return COMPARED.map((measure) => ({ measure, groups: groupsIn(comparison, measure) })).filter(
    ({ groups }) => groups.length > 0,
  )
}

/** Each group has a letter, and each strategy the letters of its groups. */
function lettersTable(comparison: Comparison, claimed: Claimed): Table {
  return {
    caption: 'Groups of strategies without a difference',
    of: 'figures',
    head: ['strategy', ...claimed.map(({ measure }) => headOf(measure))],
    rows: [...contestantsIn(comparison)].map((name) => [
      { text: name },
      ...claimed.map(({ groups }): Cell => {
        const own = groups.flatMap((group, at) => (group.includes(name) ? [at] : []))
        if (own.length === 0) return { text: UNKNOWN }
        return { text: own.map(letterOf).join(''), value: own[0]! + own.at(-1)! }
      }),
    ]),
  }
}

/** After z: z1, z2, … */
function letterOf(at: number): string {
  return at < 26 ? String.fromCharCode(97 + at) : `z${at - 25}`
}

export function guarantees(comparison: Comparison): Section {
  const kept = checkGuarantees(comparison)
  return {
    id: 'guarantees',
    title: 'Guarantees',
    blocks: [
      text(
        'The probe is a separate client. It knows when each of its writes was acknowledged, and it reads from every API process. The counts include all turns with figures, even those that do not count above.' +
          (kept.some(({ strategy }) => strategy.promise.breaks !== undefined && strategy.name !== CEILING)
            ? ' A naive form guarantees nothing: it is checked against the guarantee that it breaks.'
            : ''),
      ),
      { kind: 'table', table: guaranteeTable(kept) },
      ...kept.flatMap((one): Block[] =>
        one.schedule.length === 0 || one.strategy.name === CEILING
          ? []
          : [
              {
                kind: 'lines',
                caption: `${one.strategy.name}: the first stale read, in run ${one.run}${Object.keys(one.forbidden).length === 0 ? '; its guarantee allows it' : ''}`,
                lines: one.schedule,
              },
              ...(one.strategy.promise.breaks ? [text(`Known: ${one.strategy.promise.breaks}.`)] : []),
            ],
      ),
    ],
  }
}

function guaranteeTable(kept: readonly GuaranteeCheck[]): Table {
  return {
    caption: 'What each strategy guarantees, and what was seen',
    of: 'words',
    head: [
      'strategy',
      'read-after-write',
      'max staleness',
      'loses writes',
      'verdict',
      'violations seen',
      'seen, but allowed',
      'probe reads',
    ],
    rows: kept.map(({ strategy: { name, promise }, verdict, forbidden, allowed, probeReads }): Cell[] => [
      { text: name },
      ...(name === CEILING
        ? [{ text: UNKNOWN }, { text: UNKNOWN }, { text: UNKNOWN }]
        : [
            { text: readAfterWriteInWords(promise) },
            figureCell(formatMs(promise.staleForAtMostMs), promise.staleForAtMostMs),
            { text: promise.mayLoseWrites ? 'may' : 'no' },
          ]),
      { text: verdict, ...(verdict === 'broken' && { mark: 'alarm' }), ...(verdict === 'kept' && { mark: 'good' }) },
      figureCell(inWords(forbidden) || '0', totalOf(forbidden)),
      figureCell(inWords(allowed) || '0', totalOf(allowed)),
      figureCell(formatCount(probeReads), probeReads),
    ]),
  }
}

function readAfterWriteInWords({ readAfterWrite, readAfterWriteOf, where }: ComparedStrategy['promise']): string {
  if (readAfterWrite) return 'guaranteed'
  if (readAfterWriteOf === 'none') return 'no'
  const of = readAfterWriteOf === 'keys' ? ' for keys' : ''
  return where === 'this process' ? `in one process${of}` : `guaranteed${of}, later in other processes`
}

export function theory(deviations: readonly Deviation[]): Section {
  return {
    id: 'theory',
    title: 'Theory and measurement',
    blocks:
      deviations.length === 0
        ? [text('Nothing is predicted for this workload and these strategies.')]
        : [
            {
              kind: 'table',
              table: {
                caption: 'The median may differ from the prediction by at most the tolerance',
                of: 'words',
                head: ['strategy', 'measure', 'predicted', 'tolerance', 'measured', 'verdict', 'basis'],
                rows: deviations.map(({ strategy, measure, predicted, kind, tolerance, measured, deviates, basis }) => {
                  const { median, range } = formatSpread(measure, measured)
                  return [
                    { text: strategy },
                    { text: headOf(measure) },
                    figureCell(`${kind === 'at most' ? 'at most ' : ''}${formatFigure(measure, predicted)}`, predicted),
                    figureCell(`± ${formatTolerance(measure, tolerance)}`, tolerance),
                    { ...figureCell(median, measured?.median), ...(range && { detail: range }) },
                    deviates ? { text: 'deviates', mark: 'alarm' } : { text: 'as predicted', mark: 'good' },
                    { text: basis },
                  ]
                }),
              },
            },
          ],
  }
}

/** The tolerance of a share is in points: "70 % ± 1 %" could also mean a relative error. */
function formatTolerance(measure: MeasureName, tolerance: number): string {
  const figure = formatFigure(measure, tolerance)
  return measures[measure].unit === 'ratio' ? figure.replace('%', 'points') : figure
}

/** A turn above either share is noisy. */
const NOISY = { busyBefore: 0.1, stolen: 0.01 }

export function reconciliation(comparison: Comparison): Section {
  const rejected = comparison.turns.filter(({ status }) => status !== 'ok')
  const noisy = comparison.turns.filter(
    ({ machine }) => (machine.busyBefore ?? 0) > NOISY.busyBefore || (machine.stolen ?? 0) > NOISY.stolen,
  )
  const noise = `other processes used more than ${formatShare(NOISY.busyBefore)} of the CPU just before, or the host took more than ${formatShare(NOISY.stolen)}`
  return {
    id: 'reconciliation',
    title: 'What was counted',
    blocks: [
      text(agreement(comparison)),
      { kind: 'table', table: reconciliationTable(comparison) },
      ...(rejected.length === 0
        ? [text('Every turn counts.')]
        : [{ kind: 'table', table: rejectedTable(rejected) } as const]),
      ...(noisy.length === 0
        ? [text(`No turn was noisy (${noise}).`)]
        : [{ kind: 'table', table: noisyTable(noisy, `Noisy turns, which still count: ${noise}`) } as const]),
      ...idleInWords(comparison),
    ],
  }
}

/** Counts can't be compared if an operation failed or was cut off. */
function agreement({ turns }: Comparison): string {
  const comparable = turns.filter(({ account }) => account.agree !== null).length
  const differing = turns.filter(({ account }) => account.agree === false).length
  if (comparable === 0) {
    return `In none of the ${turns.length} turns could the counts of k6 and the probe be compared with those of the server.`
  }
  const which =
    comparable === turns.length
      ? `all ${comparable} turns`
      : `the ${comparable} of ${turns.length} turns that could be compared`
  return differing === 0
    ? `The counts of k6 and the probe add up exactly to those of the server in ${which}, warm-up included.`
    : `In ${differing} of the ${comparable} turns that could be compared, the counts of k6, probe and server differ: see the table.`
}

/** Without idle CPU, the figures would show the machine's limits instead of the strategy. */
function idleInWords({ strategies, turns }: Comparison): Block[] {
  const medians = strategies.flatMap(({ name }) => {
    const idle = spreadOf(
      turns.filter((turn) => turn.strategy === name && turn.status === 'ok').map(({ machine }) => machine.idle),
    )
    return idle ? [`${name} ${formatShare(Math.round(100 * idle.median) / 100)}`] : []
  })
  return medians.length === 0
    ? []
    : [text(`Idle CPU in the measured phase, median of the runs: ${medians.join(', ')}.`)]
}

function reconciliationTable({ strategies, turns }: Comparison): Table {
  return {
    caption: 'k6 + probe = server, summed over the turns that could be compared',
    of: 'figures',
    head: ['strategy', 'reads', 'writes', 'hits', 'turns that agree'],
    rows: strategies.map(({ name }): Cell[] => {
      const measured = turns.filter((turn) => turn.strategy === name && turn.status !== 'technical-error')
      const comparable = measured.filter(({ account }) => account.agree !== null)
      const agreeing = comparable.filter(({ account }) => account.agree === true).length
      return [
        { text: name },
        ...(['reads', 'writes', 'hits'] as const).map((what): Cell => {
          if (comparable.length === 0) return { text: UNKNOWN }
          const sum = (side: 'k6' | 'probe' | 'server') =>
            comparable.reduce((total, { account }) => total + (account[side]?.[what] ?? 0), 0)
          const [k6, probe, server] = [sum('k6'), sum('probe'), sum('server')]
          const equal = k6 + probe === server
          const said = `${formatCount(k6)} + ${formatCount(probe)} ${equal ? '=' : '≠'} ${formatCount(server)}`
          return { ...figureCell(said, server), ...(!equal && { mark: 'alarm' }) }
        }),
        comparable.length === 0
          ? { text: UNKNOWN }
          : {
              ...figureCell(`${agreeing} of ${comparable.length}`, agreeing),
              mark: agreeing === comparable.length ? 'good' : 'alarm',
            },
      ]
    }),
  }
}

function rejectedTable(turns: readonly Turn[]): Table {
  return {
    caption: 'Turns that do not count',
    of: 'words',
    head: ['strategy', 'run', 'place', 'status', 'why'],
    rows: turns.map(({ strategy, run, place, status, problems }) => [
      { text: strategy },
      figureCell(`${run}`, run),
      figureCell(`${place}`, place),
      { text: status, mark: 'alarm' },
      { text: problems.join('; ') || UNKNOWN },
    ]),
  }
}

function noisyTable(turns: readonly Turn[], caption: string): Table {
  const share = (of: number | null) => figureCell(of === null ? UNKNOWN : formatShare(of), of)
  return {
    caption,
    of: 'figures',
    head: ['strategy', 'run', 'place', 'CPU used by others before', 'CPU taken by the host'],
    rows: turns.map(({ strategy, run, place, machine }) => [
      { text: strategy },
      figureCell(`${run}`, run),
      figureCell(`${place}`, place),
      share(machine.busyBefore),
      share(machine.stolen),
    ]),
  }
}
