import type { MeasureName } from '../../apps/compare/src/measures.ts'
import { figureOf } from '../../apps/compare/src/spread.ts'
import { expiriesTable } from './expiries.ts'
import { countsWaiting, FLOOR, ms, percent, seconds, spread, staleSeen, table, whole } from './figures.ts'
import { blog } from './stored-runs.ts'

/** What these strategies are compared with on their pages. All others are compared with no cache. */
const BESIDE: Readonly<Record<string, string>> = {
  'naive-invalidation': 'manual-invalidation',
  'naive-write-through': 'write-through',
  'naive-lock': 'stampede-lock',
  'no-cache': 'cache-aside',
  'stale-while-revalidate': 'stampede-lock',
  xfetch: 'stampede-lock',
  'refresh-ahead': 'stampede-lock',
  tiered: 'stampede-lock',
}

const MEASURED: readonly (readonly [string, MeasureName, (value: number) => string])[] = [
  ['hit ratio, all reads, %', 'hitRatio', percent],
  ['… single posts', 'postHitRatio', percent],
  ['… front page', 'listHitRatio', percent],
  ['… report', 'reportHitRatio', percent],
  ['reads/s that waited for a load', 'waitingPerSecond', ms],
  ['read p50, ms', 'readP50Ms', ms],
  ['read p99, ms', 'readP99Ms', ms],
  ['hit p50, ms', 'hitP50Ms', ms],
  ['miss p50, ms', 'missP50Ms', ms],
  ['write p50, ms', 'writeP50Ms', ms],
  ['loads/s', 'loadsPerSecond', whole],
  ['Redis commands per request', 'redisCommandsPerRequest', (value) => value.toFixed(1)],
  ['CPU per request of the API, ms', 'apiCpuMs', (value) => value.toFixed(2)],
]

function measured(name: string): string {
  const other = BESIDE[name] ?? FLOOR
  const { workload, runs } = blog().config
  const figures = (strategy: string, [, measure, text]: (typeof MEASURED)[number]) =>
    spread(figureOf(blog(), strategy, measure), text)
  return [
    `Under the default load of \`pnpm compare\`, ${workload.ratePerSecond} requests/s at a TTL of ${seconds(workload.ttlMs)} ` +
      `([the run](../runs/compare-blog.json), [its load](../../README.md#result)); median of ${runs} runs, [min–max]:`,
    table(
      ['', name, other],
      [
        ...MEASURED.filter(([, measure]) => measure !== 'waitingPerSecond' || countsWaiting(blog())).map((row) => [
          row[0],
          figures(name, row),
          figures(other, row),
        ]),
        ['stale reads seen by the probe', staleSeen(blog(), name), staleSeen(blog(), other)],
      ],
    ),
  ].join('\n\n')
}

/** Strategies whose page has the simulated expiries. */
const WITH_EXPIRIES: readonly string[] = ['stale-while-revalidate', 'xfetch', 'refresh-ahead']

export function strategyTables(name: string): Record<string, () => string> {
  const shown = name === 'xfetch' ? [name, 'cache-aside', 'stampede-lock'] : [name, 'stampede-lock']
  const expiries = () => expiriesTable('../runs', ({ strategy }) => shown.includes(strategy))
  return {
    ...(blog().strategies.some((strategy) => strategy.name === name) && { measured: () => measured(name) }),
    ...(WITH_EXPIRIES.includes(name) && { expiries }),
  }
}
