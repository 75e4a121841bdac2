/** The figures behind the answer. Each section has a chart in the HTML report and a table in every report. */
import { CEILING } from 'strategies/names'
import type { Comparison } from '../../comparison.ts'
import type { MeasureName } from '../../measures.ts'
import type { Unseen } from '../../unseen-after.ts'
import { formatFigure, formatMs, formatShare, UNKNOWN } from '../format.ts'
import { paretoPoints } from '../pareto.ts'
import { STALENESS_TIMES_MS, stalenessOf } from '../staleness-curve.ts'
import { type Cell, figureCell, type Section, type Table, text } from './content.ts'
import { headOf, measureTable } from './measure-table.ts'
import { whyReadsWait } from './why-reads-wait.ts'

export function pareto(comparison: Comparison): Section {
  const points = paretoPoints(comparison)
  const onFront = (name: string): string => {
    if (name === CEILING) return 'the ceiling'
    const point = points.find(({ strategy }) => strategy === name)
    if (!point) return UNKNOWN
    if (!point.keepsGuarantee) return 'breaks its guarantee'
    if (point.onFront) return 'of all'
    return point.onFreshFront ? 'of those never stale' : 'no'
  }
  const { head, rows, ...table } = measureTable(
    comparison,
    'On the front: no strategy has both a lower p50 and fewer loads, by medians',
    ['readP50Ms', 'loadsPerSecond', 'staleReadRatio'],
  )
  return {
    id: 'pareto',
    title: 'The picture: latency, loads on the database, staleness',
    blocks: [
      {
        kind: 'table',
        table: {
          ...table,
          head: [...head, 'on the front'],
          rows: rows.map((cells, at) => [...cells, { text: onFront(comparison.strategies[at]!.name) }]),
        },
      },
      text('The front goes through medians. Strategies whose ranges overlap do not differ.'),
    ],
  }
}

export function latency(comparison: Comparison): Section {
  const table = (caption: string, columns: MeasureName[]) =>
    ({ kind: 'table', table: measureTable(comparison, caption, columns) }) as const
  return {
    id: 'latency',
    title: 'Latency',
    blocks: [
      table('Reads, by quantile', ['readP50Ms', 'readP90Ms', 'readP99Ms', 'readP999Ms']),
      table('Hits, misses and writes', ['hitP50Ms', 'hitP99Ms', 'missP50Ms', 'missP99Ms', 'writeP50Ms', 'writeP99Ms']),
    ],
  }
}

export function hits(comparison: Comparison): Section {
  return {
    id: 'hits',
    title: 'Hits',
    blocks: [
      { kind: 'table', table: runsTable(comparison, 'hitRatio') },
      {
        kind: 'table',
        table: measureTable(comparison, 'How reads were answered', [
          'hitRatio',
          'freshRatio',
          'servedStaleRatio',
          'collapsedRatio',
          'waitingPerSecond',
        ]),
      },
      ...whyReadsWait(comparison),
      {
        kind: 'table',
        table: measureTable(comparison, 'By kind of read', [
          'postHitRatio',
          'postP50Ms',
          'listHitRatio',
          'listP50Ms',
          'reportHitRatio',
          'reportHitP50Ms',
          'reportMissP50Ms',
        ]),
      },
    ],
  }
}

export function loads(comparison: Comparison): Section {
  return {
    id: 'loads',
    title: 'Loads on the database',
    blocks: [
      { kind: 'table', table: runsTable(comparison, 'loadsPerSecond') },
      {
        kind: 'table',
        table: measureTable(comparison, 'Loads', ['loadsPerRead', 'loadsPerSecond', 'stampedeFactor']),
      },
    ],
  }
}

export function staleness(comparison: Comparison): Section {
  return {
    id: 'staleness',
    title: 'Staleness',
    blocks: [
      text(
        `The share of the probe's writes that were still read stale after each time, over all runs that count${
          comparison.turns.some(({ staleness: { observedMs } }) => observedMs !== undefined)
            ? ': of those whose post was read later than that.'
            : '. This file does not say how long each was observed: those that nobody read so late count as seen.'
        } A probe of few posts makes few writes: the last two columns have their number, and that of those counted after 1 s.`,
      ),
      { kind: 'table', table: stalenessTable(comparison) },
      { kind: 'table', table: ninesTable(comparison) },
      {
        kind: 'table',
        table: measureTable(comparison, 'Stale reads', [
          'staleReadRatio',
          'staleP50Ms',
          'staleP99Ms',
          'staleMaxMs',
          'readYourWritesViolations',
          'monotonicReadViolations',
          'lostWrites',
        ]),
      },
    ],
  }
}

export function cost(comparison: Comparison): Section {
  return {
    id: 'cost',
    title: 'What it costs',
    blocks: [
      {
        kind: 'table',
        table: measureTable(comparison, 'Redis, memory and CPU', [
          'redisCommandsPerRequest',
          'redisBytesPerRequest',
          'bytesPerEntry',
          'apiCpuMs',
          'redisCpuMs',
          'postgresCpuMs',
        ]),
      },
    ],
  }
}

/** One measure in every run that counts. */
function runsTable(comparison: Comparison, measure: MeasureName): Table {
  const runs = Array.from({ length: comparison.config.runs }, (_, at) => at + 1)
  return {
    caption: `${headOf(measure)}, run by run`,
    of: 'figures',
    head: ['strategy', ...runs.map((run) => `run ${run}`)],
    rows: comparison.strategies.map(({ name }) => [
      { text: name },
      ...runs.map((run): Cell => {
        const turn = comparison.turns.find((one) => one.strategy === name && one.run === run && one.status === 'ok')
        return figureCell(formatFigure(measure, turn?.measures[measure]), turn?.measures[measure])
      }),
    ]),
  }
}

function stalenessTable(comparison: Comparison): Table {
  return {
    caption: 'Share of writes still read stale after …',
    of: 'figures',
    head: ['strategy', ...STALENESS_TIMES_MS.map(formatMs), 'writes', 'counted after 1 s'],
    rows: comparison.strategies.map(({ name }) => {
      const curve = stalenessOf(comparison, name)
      const numbers = [curve[0], curve[STALENESS_TIMES_MS.indexOf(1_000)]].map((at) => at?.writes ?? 0)
      return [
        { text: name },
        ...curve.map(({ share }) => (share === null ? { text: UNKNOWN } : figureCell(formatShare(share), share))),
        ...numbers.map((writes) => figureCell(writes.toLocaleString('en-US'), writes)),
      ]
    }),
  }
}

const NINES = [
  { measure: 'consistentAfter10Ms', ms: 10 },
  { measure: 'consistentAfter100Ms', ms: 100 },
  { measure: 'consistentAfter1S', ms: 1_000 },
] as const

/** Each share with its nines. A sample can show no more nines than its size has digits. */
function ninesTable(comparison: Comparison): Table {
  const { head, rows } = measureTable(
    comparison,
    '',
    NINES.map(({ measure }) => measure),
  )
  return {
    caption: 'Consistency nines: share of writes seen by all readers, and −log10 of the rest',
    of: 'figures',
    head: [...head, ...NINES.map(({ ms }) => `nines at ${formatMs(ms)}`)],
    rows: rows.map((cells, at) => {
      const curve = stalenessOf(comparison, comparison.strategies[at]!.name)
      const nines = NINES.map(({ ms }) => ninesOf(curve[STALENESS_TIMES_MS.indexOf(ms)]!))
      return [...cells, ...nines]
    }),
  }
}

function ninesOf({ writes, share }: Unseen): Cell {
  if (share === null) return { text: UNKNOWN }
  const value = Math.abs(Math.log10(share > 0 ? share : writes))
  return { text: `${share > 0 ? '' : '> '}${value.toFixed(1)}`, value }
}
