/**
 * Writes the tables of README and docs from the stored runs in docs/runs, so that no figure is typed by hand. A table
 * stands between `<!-- table: NAME -->` and `<!-- /table -->`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeCommand, runCommand } from 'command-line'
import { type Comparison, comparisonSchema } from '../apps/compare/src/comparison.ts'
import type { MeasureName } from '../apps/compare/src/measures.ts'
import { figureOf, type Spread } from '../apps/compare/src/spread.ts'

const root = join(import.meta.dirname, '..')
const run = (name: string) => JSON.parse(readFileSync(join(root, 'docs/runs', `${name}.json`), 'utf8'))

/** Read when it is first asked for. */
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
const isNaive = ({ promise }: Strategy) => promise.breaks !== undefined

/** A figure's median over the runs, and its range where that shows. */
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

/** Caching strategies that keep what they guarantee. */
function guarded({ strategies }: Comparison): string[] {
  return strategies.filter((strategy) => !isNaive(strategy) && strategy.name !== FLOOR).map(({ name }) => name)
}

/** How many times lower than without a cache, by the medians: from the least to the greatest of the guarded strategies. */
function timesLower(comparison: Comparison, measure: MeasureName): string {
  const floor = medianOf(comparison, FLOOR, measure)
  const factors = mediansOfGuarded(comparison, measure).map((value) => floor / value)
  const [least, most] = [Math.min(...factors), Math.max(...factors)].map((factor) =>
    factor.toFixed(factor < 10 ? 1 : 0),
  )
  return least === most ? least! : `${least} to ${most}`
}

function guaranteeOf({ promise }: Strategy): string {
  if (promise.breaks !== undefined) return 'nothing'
  if (promise.readAfterWriteOf === 'none') return `at most ${seconds(promise.staleForAtMostMs)} old`
  return promise.readAfterWrite ? 'current' : 'current in one process'
}

function staleSeen(comparison: Comparison, name: string): string {
  const figure = figureOf(comparison, name, 'staleMaxMs')
  if (figure === undefined) return '–'
  return figure.max === 0 ? 'none' : `up to ${seconds(figure.max)} old`
}

const COLUMNS = ['hit ratio, %', 'read p50, ms', 'read p99, ms', 'DB loads/s', 'write p50, ms'] as const

function mainRow(comparison: Comparison, strategy: Strategy): string[] {
  const { name } = strategy
  const figure = (measure: MeasureName) => figureOf(comparison, name, measure)
  return [
    `[${name}](docs/strategies/${name}.md)`,
    guaranteeOf(strategy),
    staleSeen(comparison, name),
    spread(figure('hitRatio'), percent),
    spread(figure('readP50Ms'), ms),
    spread(figure('readP99Ms'), ms),
    spread(figure('loadsPerSecond'), whole),
    spread(figure('writeP50Ms'), ms),
  ]
}

function mainTable(comparison: Comparison, first: string, strategies: readonly Strategy[]): string {
  return table(
    [first, 'guarantee', 'stale reads seen', ...COLUMNS],
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
    `${share(workload.writeShare)} edit a post, the rest read one of the ${workload.posts} most-read posts. An artificial delay of ` +
    `${workload.originDelayMs} ms stands for joins and remote calls in each load of posts; the report has none. ` +
    `${apiProcesses} API processes; median of ${runs} runs in random order, [min–max].`
  )
}

const mediansOfGuarded = (comparison: Comparison, measure: MeasureName) =>
  guarded(comparison).map((name) => medianOf(comparison, name, measure))

/** The report's: hits of the guarded strategies against its loads without a cache. */
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
        blog().strategies.filter((strategy) => !isNaive(strategy)),
      ),
      `**What a cache buys here**: the report takes ${ms(missMs)} ms from Postgres and at most ${ms(hitMs)} ms from the cache. The median read is ` +
        `${timesLower(blog(), 'readP50Ms')} times faster, ${blog().config.workload.originDelayMs} of its ${ms(medianOf(blog(), FLOOR, 'readP50Ms'))} ms being the added delay; the database gets ` +
        `${timesLower(blog(), 'loadsPerSecond')} times fewer loads. The p99 is a miss's, and hardly lower. **Where it buys little**: single rows by primary key, with the delay off, ` +
        `take ${ms(medianOf(cheap(), FLOOR, 'readP50Ms'))} ms without a cache and ${range(mediansOfGuarded(cheap(), 'readP50Ms'))} ms with one: ${timesLower(cheap(), 'readP50Ms')} times faster.`,
    ].join('\n\n')
  },
  naive() {
    return mainTable(blog(), 'without the guard', blog().strategies.filter(isNaive))
  },
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
      strategies: { name: string; stampedeFactor: number | null; waitedMs: Quantiles }[]
      config: { baseUrls: string[]; ratePerSecond: number; originDelayMs: number }
    }
    const { baseUrls, ratePerSecond, originDelayMs } = config
    const waited = ({ count, p50, p99 }: Quantiles) => (count < 100 ? '–' : `${p50.toFixed(1)} · ${p99.toFixed(0)}`)
    const rows = strategies.map(({ name, stampedeFactor, waitedMs }) => [
      name,
      stampedeFactor === null ? '–' : stampedeFactor.toFixed(2),
      waited(waitedMs),
    ])
    const load = `One popular post, ${ratePerSecond} reads/s over ${baseUrls.length} API processes, a load takes ${originDelayMs} ms:`
    return `${load}\n\n${table(['strategy', 'loads per expiry', 'reads that waited, p50 · p99, ms'], rows)}`
  },

  'hit-path'() {
    const { results } = run('hit-path') as {
      results: { title: string; bytes: number; ours: number[]; bare: number[]; ratio: number }[]
    }
    const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
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

/** A naive form beside the same with the guard; the others beside no cache at all. */
const BESIDE: Readonly<Record<string, string>> = {
  'naive-invalidation': 'manual-invalidation',
  'naive-write-through': 'write-through',
  'naive-lock': 'stampede-lock',
  'no-cache': 'cache-aside',
}

const MEASURED: readonly (readonly [string, MeasureName, (value: number) => string])[] = [
  ['hit ratio, all reads, %', 'hitRatio', percent],
  ['… single posts', 'postHitRatio', percent],
  ['… front page', 'listHitRatio', percent],
  ['… report', 'reportHitRatio', percent],
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
      `([the run](../runs/compare-blog.json), what it is made of: [README](../../README.md#result)); median of ${runs} runs, [min–max]:`,
    table(
      ['', name, other],
      [
        ...MEASURED.map((row) => [row[0], figures(name, row), figures(other, row)]),
        ['stale reads seen by the probe', staleSeen(blog(), name), staleSeen(blog(), other)],
      ],
    ),
  ].join('\n\n')
}

const peerTables: Record<string, () => string> = {
  peers() {
    const { workload, runs } = peers().config
    const load =
      `In ${runs} runs of the default load (${workload.ratePerSecond} requests/s, TTL ${seconds(workload.ttlMs)}, ` +
      `[the file](runs/compare-peers.json)). _Stale reads_ are reads of the probe that began after a newer version had been acknowledged:`
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
    const head = ['', 'stale reads, by run', 'how old', 'Redis commands per request', 'hit ratio, %', 'read p50, ms']
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

const pagesWithTables = (): Record<string, Record<string, () => string>> => ({
  'README.md': readmeTables,
  'docs/performance.md': performanceTables,
  'docs/peers.md': peerTables,
  ...Object.fromEntries(
    blog().strategies.map(({ name }) => [`docs/strategies/${name}.md`, { measured: () => measured(name) }]),
  ),
})

const command = describeCommand('pnpm readme-tables', {
  does: 'Writes the tables of README.md, docs/performance.md, docs/peers.md and docs/strategies from the stored runs in docs/runs.',
  needs: 'Nothing but these files.',
  prints: 'The pages that changed; with --check those whose tables are not of their runs, and exits with 1.',
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
      console.error(`${page}: its tables are not those of docs/runs; run pnpm readme-tables`)
      process.exitCode = 1
    } else {
      writeFileSync(file, after)
      console.log(page)
    }
  }
}
