/**
 * Writes the tables of README and docs from the stored runs in docs/runs, so that no figure is typed by hand. A table
 * is between `<!-- table: NAME -->` and `<!-- /table -->`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeCommand, runCommand } from 'command-line'
import { type Comparison, comparisonSchema } from '../apps/compare/src/comparison.ts'
import type { MeasureName } from '../apps/compare/src/measures.ts'
import type { ExpiryRow, ExpiryRun } from '../apps/compare/src/simulation/expiry-cases.ts'
import { figureOf, type Spread } from '../apps/compare/src/spread.ts'
import { CEILING, strategyNames } from '../packages/strategies/src/strategy-names.ts'
import { quantilesOf } from '../packages/workload/src/index.ts'

const root = join(import.meta.dirname, '..')
const run = (name: string) => JSON.parse(readFileSync(join(root, 'docs/runs', `${name}.json`), 'utf8'))

/** Reads the run on first use. */
function stored(name: string): () => Comparison {
  let comparison: Comparison | undefined
  return () => {
    comparison ??= comparisonSchema.parse(run(name))
    return comparison
  }
}
const blog = stored('compare-blog')
const cheap = stored('compare-cheap-reads')
const peers = stored('compare-peers')

const FLOOR = 'no-cache'
type Strategy = Comparison['strategies'][number]
const isCeiling = ({ name }: Strategy) => name === CEILING
const isNaive = (strategy: Strategy) => strategy.promise.breaks !== undefined && !isCeiling(strategy)

/** Median over the runs, with the range if it shows. */
function spread(figure: Spread | undefined, text: (value: number) => string): string {
  if (figure === undefined) return '–'
  const [median, min, max] = [figure.median, figure.min, figure.max].map(text)
  return min === max ? median! : `${median} [${min}–${max}]`
}

const percent = (share: number) => (100 * share).toFixed(1)
const whole = (value: number) => value.toFixed(0)
const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0))
const seconds = (valueMs: number) => `${Number((valueMs / 1_000).toFixed(1))} s`

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}

function medianOf(comparison: Comparison, strategy: string, measure: MeasureName): number {
  return figureOf(comparison, strategy, measure)!.median
}

/** Caching strategies that keep their guarantee. */
function guarded({ strategies }: Comparison): string[] {
  const isGuarded = (strategy: Strategy) => !isNaive(strategy) && !isCeiling(strategy) && strategy.name !== FLOOR
  return strategies.filter(isGuarded).map(({ name }) => name)
}

/** Factor between no cache and the guarded strategies, by the medians: the range over these strategies. */
function timesLower(comparison: Comparison, measure: MeasureName): string {
  const floor = medianOf(comparison, FLOOR, measure)
  const factors = mediansOfGuarded(comparison, measure).map((value) => floor / value)
  const [least, most] = [Math.min(...factors), Math.max(...factors)].map((factor) =>
    factor.toFixed(factor < 10 ? 1 : 0),
  )
  return least === most ? least! : `${least} to ${most}`
}

function guaranteeOf(strategy: Strategy): string {
  const { promise } = strategy
  if (isCeiling(strategy)) return 'none: not a strategy'
  if (promise.breaks !== undefined) return 'nothing'
  if (promise.readAfterWriteOf === 'none') return `at most ${seconds(promise.staleForAtMostMs)} old`
  return promise.readAfterWrite ? 'current' : 'current in one process'
}

/** The ceiling sees no writes, so its stale reads mean nothing. */
function staleSeen(comparison: Comparison, name: string): string {
  if (name === CEILING) return '–'
  const figure = figureOf(comparison, name, 'staleMaxMs')
  if (figure === undefined) return '–'
  return figure.max === 0 ? 'none' : `up to ${seconds(figure.max)} old`
}

/** Older runs lack this measure. */
const countsWaiting = (comparison: Comparison) => figureOf(comparison, FLOOR, 'waitingPerSecond') !== undefined

const columns = (comparison: Comparison) => [
  'hit ratio, %',
  ...(countsWaiting(comparison) ? ['reads/s that waited'] : []),
  'read p50, ms',
  'read p99, ms',
  'DB loads/s',
  'write p50, ms',
]

function mainRow(comparison: Comparison, strategy: Strategy): string[] {
  const { name } = strategy
  const figure = (measure: MeasureName) => figureOf(comparison, name, measure)
  return [
    `[${name}](docs/strategies/${name}.md)`,
    guaranteeOf(strategy),
    staleSeen(comparison, name),
    spread(figure('hitRatio'), percent),
    ...(countsWaiting(comparison) ? [spread(figure('waitingPerSecond'), ms)] : []),
    spread(figure('readP50Ms'), ms),
    spread(figure('readP99Ms'), ms),
    spread(figure('loadsPerSecond'), whole),
    spread(figure('writeP50Ms'), ms),
  ]
}

function mainTable(comparison: Comparison, first: string, strategies: readonly Strategy[]): string {
  return table(
    [first, 'guarantee', 'stale reads seen', ...columns(comparison)],
    strategies.map((strategy) => mainRow(comparison, strategy)),
  )
}

function loadInWords({ config }: Comparison): string {
  const { workload, rows, probe, runs, apiProcesses } = config
  const posts = rows! - probe.racedPosts - probe.quietPosts
  const share = (value: number) => `${Number((100 * value).toFixed(2))} %`
  return (
    `**${workload.ratePerSecond} requests/s to a blog of ${posts.toLocaleString('en')} posts, TTL ${seconds(workload.ttlMs)}**: ` +
    `${share(workload.pageShare)} read the front page, ${share(workload.reportShare)} a report over all posts, ` +
    `${share(workload.writeShare)} edit a post, the rest read one of the ${workload.posts} most-read posts. Each load of posts has an added delay of ` +
    `${workload.originDelayMs} ms, for joins and remote calls; the report has none. ` +
    `${apiProcesses} API processes; median of ${runs} runs in random order, [min–max].`
  )
}

const mediansOfGuarded = (comparison: Comparison, measure: MeasureName) =>
  guarded(comparison).map((name) => medianOf(comparison, name, measure))

/** The report: slowest hit of the guarded strategies, and load without a cache. */
function reportFactor(): { missMs: number; hitMs: number } {
  return {
    missMs: medianOf(blog(), FLOOR, 'reportMissP50Ms'),
    hitMs: Math.max(...mediansOfGuarded(blog(), 'reportHitP50Ms')),
  }
}

const readmeTables: Record<string, () => string> = {
  compare() {
    const { missMs, hitMs } = reportFactor()
    return [
      loadInWords(blog()),
      mainTable(
        blog(),
        'strategy',
        blog().strategies.filter((strategy) => !isNaive(strategy)), // the ceiling is the last of them
      ),
      `**Where a cache helps**: the report takes ${ms(missMs)} ms from Postgres and at most ${ms(hitMs)} ms from the cache. The median read is ` +
        `${timesLower(blog(), 'readP50Ms')} times faster; of its ${ms(medianOf(blog(), FLOOR, 'readP50Ms'))} ms without a cache, ${blog().config.workload.originDelayMs} ms are the added delay. The database gets ` +
        `${timesLower(blog(), 'loadsPerSecond')} times fewer loads. The p99 is that of a miss: ${range(mediansOfGuarded(blog(), 'readP99Ms'))} ms against ${ms(medianOf(blog(), FLOOR, 'readP99Ms'))} ms. ${whoWaits()}**Where it helps little**: single rows by primary key, without the delay, ` +
        `take ${ms(medianOf(cheap(), FLOOR, 'readP50Ms'))} ms without a cache and ${range(mediansOfGuarded(cheap(), 'readP50Ms'))} ms with one: ${timesLower(cheap(), 'readP50Ms')} times faster.`,
    ].join('\n\n')
  },
  naive() {
    return mainTable(blog(), 'without the guard', blog().strategies.filter(isNaive))
  },
}

/** The effect of background refreshes on waiting reads. Empty if these strategies were not measured. */
function whoWaits(): string {
  const names = ['stampede-lock', 'stale-while-revalidate', 'refresh-ahead', 'xfetch']
  const medians = names.map((name) => figureOf(blog(), name, 'waitingPerSecond')?.median)
  if (medians.includes(undefined)) return ''
  const [lock, stale, ahead, early] = medians.map((median) => ms(median!))
  return (
    `Of ${blog().config.workload.ratePerSecond} requests per second, ${lock} wait for a load under stampede-lock, ${ahead} under refresh-ahead, ` +
    `${early} under xfetch and ${stale} under stale-while-revalidate, where only reads after a write wait. An early refresh needs a read shortly before the expiry. `
  )
}

function range(values: readonly number[]): string {
  const [least, most] = [ms(Math.min(...values)), ms(Math.max(...values))]
  return least === most ? least : `${least} to ${most}`
}

interface Quantiles {
  count: number
  p50: number
  p99: number
}

const performanceTables: Record<string, () => string> = {
  'cheap-reads'() {
    const { workload, runs } = cheap().config
    const load =
      `${workload.ratePerSecond} requests/s for ${workload.posts} posts by id, TTL ${seconds(workload.ttlMs)}, no added delay ` +
      `(\`pnpm compare --workload cheap-reads\`); median of ${runs} runs, [min–max]:`
    const rows = cheap().strategies.map(({ name }) => {
      const figure = (measure: MeasureName) => figureOf(cheap(), name, measure)
      const cpu = (['apiCpuMs', 'redisCpuMs', 'postgresCpuMs'] as const).map((measure) => figure(measure)?.median ?? 0)
      return [
        name,
        spread(figure('hitRatio'), percent),
        spread(figure('readP50Ms'), ms),
        spread(figure('readP99Ms'), ms),
        spread(figure('loadsPerSecond'), whole),
        cpu.reduce((sum, value) => sum + value, 0).toFixed(2),
      ]
    })
    const head = ['strategy', 'hit ratio, %', 'read p50, ms', 'read p99, ms', 'loads/s', 'CPU per request, ms']
    return `${load}\n\n${table(head, rows)}\n\nThe median read is ${timesLower(cheap(), 'readP50Ms')} times faster with a cache. CPU: API, Redis and Postgres together.`
  },

  'hot-key-expiry'() {
    const { strategies, config } = run('hot-key-expiry') as {
      strategies: {
        name: string
        stampedeFactor: number | null
        /** Absent in older results. */
        waitedPerExpiry?: number | null
        loads: number | null
        waitedMs: Quantiles
      }[]
      config: { baseUrls: string[]; ratePerSecond: number; originDelayMs: number }
    }
    const { baseUrls, ratePerSecond, originDelayMs } = config
    const waited = ({ count, p50, p99 }: Quantiles) => (count < 100 ? '–' : `${p50.toFixed(1)} · ${p99.toFixed(0)}`)
    const knowsWaiting = strategies.some(({ waitedPerExpiry }) => waitedPerExpiry !== undefined)
    const rows = strategies.map(({ name, stampedeFactor, loads, waitedPerExpiry, waitedMs }) => [
      name,
      stampedeFactor === null ? '–' : stampedeFactor.toFixed(2),
      ...(knowsWaiting ? [String(loads ?? '–'), waitedPerExpiry?.toFixed(1) ?? '–'] : []),
      waited(waitedMs),
    ])
    const load = `One popular post, ${ratePerSecond} reads/s over ${baseUrls.length} API processes, a load takes ${originDelayMs} ms:`
    const waiting = knowsWaiting ? ['loads in all', 'reads that waited per expiry'] : []
    const note = strategies.some(({ stampedeFactor }) => stampedeFactor === null)
      ? '\n\n–: loads run in the background, before or after an expiry; or fewer than 100 reads waited.'
      : ''
    return `${load}\n\n${table(['strategy', 'loads per expiry', ...waiting, 'reads that waited, p50 · p99, ms'], rows)}${note}`
  },

  'hit-path'() {
    const { results } = run('hit-path') as {
      results: { title: string; bytes: number; ours: number[]; bare: number[]; ratio: number }[]
    }
    const median = (numbers: readonly number[]) => quantilesOf(numbers)(0.5)
    const withRange = (numbers: readonly number[]) =>
      `${median(numbers).toFixed(0)} [${Math.min(...numbers).toFixed(0)}–${Math.max(...numbers).toFixed(0)}]`
    const rows = results.map(({ title, bytes, ours, bare, ratio }) => [
      `${title} (${bytes} B)`,
      withRange(ours),
      withRange(bare),
      ratio.toFixed(2),
    ])
    return table(['a hit on', 'requests/s, median [range]', 'bare', 'ratio'], rows)
  },
}

/** What a strategy is compared with: a naive form with its guarded form, a background refresh with `stampede-lock`, others with no cache. */
const BESIDE: Readonly<Record<string, string>> = {
  'naive-invalidation': 'manual-invalidation',
  'naive-write-through': 'write-through',
  'naive-lock': 'stampede-lock',
  'no-cache': 'cache-aside',
  'stale-while-revalidate': 'stampede-lock',
  xfetch: 'stampede-lock',
  'refresh-ahead': 'stampede-lock',
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

/** The simulated expiries of all or some read strategies. */
function expiriesTable(runs: string, isShown: (row: ExpiryRow) => boolean = () => true): string {
  const { setting, rows } = run('loads-per-expiry') as ExpiryRun
  const { readsPerSecond, loadMs, ttlMs, expiries } = setting
  const load =
    `${readsPerSecond.toLocaleString('en')} random reads/s, each through its own cache over one store; a load takes ${loadMs} ms, TTL ${seconds(ttlMs)}; ` +
    `${expiries.toLocaleString('en')} expiries on the virtual clock ([the run](${runs}/loads-per-expiry.json)):`
  const head = [
    'read strategy',
    'lease',
    'loads per expiry',
    'theory',
    'reads that waited, per expiry',
    'time between expiries, s',
  ]
  const cells = ({ strategy, beta, lease, formula, theory, simulated }: ExpiryRow) => [
    beta === undefined ? strategy : `${strategy}, beta ${beta}`,
    lease ? 'yes' : 'no',
    simulated.loadsPerExpiry.toFixed(2),
    lease ? formula : `${formula} = ${theory.toFixed(2)}`,
    simulated.waitedPerExpiry.toFixed(1),
    (simulated.everyMs / 1_000).toFixed(2),
  ]
  return `${load}\n\n${table(head, rows.filter(isShown).map(cells))}`
}

/** Strategies whose page has the simulated expiries. */
const WITH_EXPIRIES: readonly string[] = ['stale-while-revalidate', 'xfetch', 'refresh-ahead']

function strategyTables(name: string): Record<string, () => string> {
  const shown = name === 'xfetch' ? [name, 'cache-aside', 'stampede-lock'] : [name, 'stampede-lock']
  const expiries = () => expiriesTable('../runs', ({ strategy }) => shown.includes(strategy))
  return {
    ...(blog().strategies.some((strategy) => strategy.name === name) && { measured: () => measured(name) }),
    ...(WITH_EXPIRIES.includes(name) && { expiries }),
  }
}

const peerTables: Record<string, () => string> = {
  peers() {
    const { workload, runs } = peers().config
    const load =
      `In ${runs} runs of the default load (${workload.ratePerSecond} requests/s, TTL ${seconds(workload.ttlMs)}, ` +
      `[the file](runs/compare-peers.json)). _Stale reads_ are probe reads of an older version, started after a newer one had been acknowledged:`
    const rows = peers().strategies.map(({ name }) => {
      const turns = peers().turns.filter(({ strategy, status }) => strategy === name && status === 'ok')
      const stale = turns.map(
        ({ violations, account }) => `${violations.counts['read-after-write'] ?? 0} of ${account.probe.reads}`,
      )
      return [
        name.replace('peer:', ''),
        stale.join(' · '),
        staleSeen(peers(), name),
        spread(figureOf(peers(), name, 'redisCommandsPerRequest'), (value) => value.toFixed(1)),
        spread(figureOf(peers(), name, 'hitRatio'), percent),
        spread(figureOf(peers(), name, 'readP50Ms'), ms),
      ]
    })
    const head = ['', 'stale reads, by run', 'how stale', 'Redis commands per request', 'hit ratio, %', 'read p50, ms']
    return `${load}\n\n${table(head, rows)}`
  },
}

function withTables(text: string, file: string, tables: Record<string, () => string>): string {
  let after = text
  for (const [name, make] of Object.entries(tables)) {
    const begin = `<!-- table: ${name} -->`
    const start = after.indexOf(begin)
    const end = after.indexOf('<!-- /table -->', start)
    if (start === -1 || end === -1) throw new Error(`${file} has no ${begin} … <!-- /table -->`)
    after = `${after.slice(0, start + begin.length)}\n${make()}\n${after.slice(end)}`
  }
  return after
}

interface PlacesRun {
  readonly posts: number
  readonly rounds: number
  readonly machine: { readonly loadAverageBefore: number }
  readonly layers: Record<
    string,
    { readonly first: Quartiles; readonly second: Quartiles & { readonly apiCpuMs: number } }
  >
}
type Quartiles = Readonly<Record<'median' | 'p25' | 'p75', number>>

const placesTables = {
  places() {
    const { posts, rounds, machine, layers } = run('places') as PlacesRun
    const time = ({ median, p25, p75 }: Quartiles) => `${ms(median)} [${ms(p25)}–${ms(p75)}]`
    const rows = Object.entries(layers).map(([layer, { first, second }]) => {
      return [`\`${layer}\``, time(first), time(second), second.apiCpuMs.toFixed(1)]
    })
    const load = `${posts.toLocaleString('en-US')} posts, one call at a time, ${rounds} rounds with the layers in random order; median [quartiles]. Load average before: ${machine.loadAverageBefore.toFixed(0)} on 2 cores ([the run](runs/places.json)):`
    return `${load}\n\n${table(['layer', 'first call, ms', 'second call, ms', 'CPU of the API in a second call, ms'], rows)}`
  },
}

const pagesWithTables = (): Record<string, Record<string, () => string>> => ({
  'README.md': readmeTables,
  'docs/performance.md': performanceTables,
  'docs/peers.md': peerTables,
  'docs/places.md': placesTables,
  'docs/theory.md': { expiries: () => expiriesTable('runs') },
  ...Object.fromEntries(strategyNames.map((name) => [`docs/strategies/${name}.md`, strategyTables(name)])),
})

const command = describeCommand('pnpm readme-tables', {
  does: 'Writes the tables of README.md, docs/performance.md, docs/peers.md, docs/places.md, docs/theory.md and docs/strategies from the stored runs in docs/runs.',
  needs: 'Nothing but these files.',
  prints: 'The changed pages. With --check, the pages whose tables are out of date; exit code 1 if there are any.',
})
  .option('--check', 'changes nothing')
  .action(({ check = false }: { check?: boolean }) => update(check))

await runCommand(command)

function update(isCheck: boolean): void {
  for (const [page, tables] of Object.entries(pagesWithTables())) {
    const file = join(root, page)
    const before = readFileSync(file, 'utf8')
    const after = withTables(before, page, tables)
    if (after === before) continue
    if (isCheck) {
      console.error(`${page}: its tables are out of date; run pnpm readme-tables`)
      process.exitCode = 1
    } else {
      writeFileSync(file, after)
      console.log(page)
    }
  }
}
