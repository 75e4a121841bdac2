import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { benchTable } from '../../apps/bench/src/report/table.ts'
import { benchSchema } from '../../apps/bench/src/results.ts'
import type { MeasureName } from '../../apps/compare/src/measures.ts'
import { figureOf } from '../../apps/compare/src/spread.ts'
import { quantilesOf } from '../../packages/workload/src/index.ts'
import { ms, percent, seconds, spread, table, timesLowerInWords, whole } from './figures.ts'
import { cheap, root, run } from './stored-runs.ts'

interface Quantiles {
  count: number
  p50: number
  p99: number
}

export const performanceTables: Record<string, () => string> = {
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
    return `${load}\n\n${table(head, rows)}\n\nWith a cache the median time of a read is ${timesLowerInWords(cheap(), 'readP50Ms')}. CPU: API, Redis and Postgres together.`
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
    type Side = { cpuMicros: number[]; perSecond: number[] }
    type Ratio = { median: number; p25: number; p75: number }
    const { results, log, watched, metrics } = run('hit-path') as {
      results: {
        title: string
        bytes: number
        ours: Side
        bare: Side
        cpu: Ratio
        throughput: Ratio
        plain?: { cpu: Ratio }
      }[]
      log: { cpu: Ratio; throughput: Ratio }
      watched: { cpu: Ratio; throughput: Ratio }
      metrics: { countersNs: number; hottestNs: number }
    }
    const median = (numbers: readonly number[], digits: number) => quantilesOf(numbers)(0.5).toFixed(digits)
    const ratio = ({ median, p25, p75 }: Ratio) => `${median.toFixed(2)} [${p25.toFixed(2)}–${p75.toFixed(2)}]`
    const rows = results.map(({ title, bytes, ours, bare, cpu, throughput, plain }) => [
      `${title} (${bytes} B)`,
      `${median(ours.cpuMicros, 1)} · ${median(bare.cpuMicros, 1)}`,
      ratio(cpu),
      plain ? ratio(plain.cpu) : '–',
      `${median(ours.perSecond, 0)} · ${median(bare.perSecond, 0)}`,
      ratio(throughput),
    ])
    const head = [
      'a hit on',
      'CPU per request, µs: API · bare',
      'CPU: bare ÷ API',
      'CPU: Node alone ÷ API',
      'requests/s: API · bare',
      'requests/s: API ÷ bare',
    ]
    const rest =
      `\`LOG_LEVEL=info\` against \`warn\`: throughput ${ratio(log.throughput)}, CPU ${ratio(log.cpu)}. With 3 clients of ` +
      `\`/api/stats/stream\` against none: throughput ${ratio(watched.throughput)}, CPU ${ratio(watched.cpu)}. The metrics of a read take ` +
      `${metrics.countersNs.toFixed(0)} ns; counting the hottest posts, for warming, up to ${metrics.hottestNs.toFixed(0)} ns.`
    return `${table(head, rows)}\n\n${rest}`
  },
  bench() {
    // Not stored before the first bench on a quiet machine.
    if (!existsSync(join(root, 'docs/runs/bench.json')))
      return 'Not stored yet: `npx -y pnpm@12 bench` measures it here.'
    const picture = '![Cost of each library as a multiple of the floor, row by row](runs/bench.svg)'
    return `${benchTable(benchSchema.parse(run('bench')))}\n\n${picture}`
  },
}
