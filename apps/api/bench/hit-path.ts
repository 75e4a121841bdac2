/**
 * The cost of a cache hit: CPU time per request of `GET /api/posts…`, against bare routes that pass the same bytes through, and
 * with the log on against the log off; and what the metrics of a read cost. Short windows in random order, ratios of each round, medians and quartiles; results go to
 * `results/hit-path.json`. `pnpm --filter api bench --help` lists the requirements.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { describeCommand, runCommand, UsageError, wholeNumber } from 'command-line'
import { quantilesOf } from 'workload'
import { compare, type Ratio } from './compare-sides.ts'
import { type Servers, withServers } from './hit-path-servers.ts'
import { metricsPerRead } from './metrics-per-read.ts'

interface Flags {
  rounds: number
  requests: number
  connections: number
  gates?: true
}

interface Case {
  readonly title: string
  /** The nth request's path after the base of the API and of the bare server. */
  readonly path: (nth: number) => string
  /** The bases, where they differ from those of a post. `plain`: that of the bare server without Hono, if it has one. */
  readonly bases?: readonly [api: string, bare: string, plain?: string]
  /** Added to the API's paths. */
  readonly query?: string
  /** Shares of the requests of a window, and of the rounds, for large answers. */
  readonly shares?: readonly [requests: number, rounds: number]
}

const IN_TURN = '1,000 posts in turn'

const inTurn = (nth: number) => String((nth % 1_000) + 1)

const cases: readonly Case[] = [
  { title: IN_TURN, path: inTurn },
  {
    title: '1,000 posts in turn, in memory',
    path: inTurn,
    bases: ['/api/posts/', '/memory/', '/plain/'],
    query: '?strategy=always-hit',
  },
  {
    title: '1,000 posts in turn, memory over Redis',
    path: inTurn,
    bases: ['/api/posts/', '/memory/', '/plain/'],
    query: '?strategy=tiered',
  },
  {
    title: 'a page of 50, memory over Redis',
    path: () => '',
    bases: ['/api/posts?limit=50&strategy=tiered', '/memory/page', '/plain/page'],
    shares: [0.5, 1],
  },
  { title: 'one post', path: () => '42' },
  { title: 'a page of 50', path: () => '', bases: ['/api/posts?limit=50', '/page'], shares: [0.5, 1] },
  { title: 'all 10,000', path: () => '', bases: ['/api/posts', '/all'], shares: [0.02, 0.25] },
]

/** By then, V8 has optimised the code of each side: the first 20,000 requests cost up to twice as much. */
const WARM_UP_REQUESTS = 30_000

/** The goals are 0.95 each; a gate is lower than its goal by the noise of a shared machine. */
const GATES = { bare: 0.85, log: 0.9 }

async function measure(servers: Servers, { path, bases, query = '', shares = [1, 1], title }: Case, flags: Flags) {
  const [api, bare, plain] = bases ?? ['/api/posts/', '/']
  const sides = [
    { process: servers.api, path: (nth: number) => api + path(nth) + query },
    { process: servers.bare, path: (nth: number) => bare + path(nth) },
    ...(plain === undefined ? [] : [{ process: servers.bare, path: (nth: number) => plain + path(nth) }]),
    ...(title === IN_TURN
      ? [
          { process: servers.logging, path: (nth: number) => api + path(nth) },
          { process: servers.watched, path: (nth: number) => api + path(nth), idleOf: servers.api },
        ]
      : []),
  ]
  const { connections } = flags
  const requests = Math.max(connections, Math.round(flags.requests * shares[0]))
  const rounds = Math.ceil(flags.rounds * shares[1])
  const warmUp = Math.ceil(WARM_UP_REQUESTS * shares[0])
  const taken = await compare(sides, { rounds, requests, connections, warmUp })
  const answer = await fetch(servers.api.url + api + path(0) + query)
  return { bytes: (await answer.arrayBuffer()).byteLength, taken }
}

const said = ({ median, p25, p75 }: Ratio) => `${median.toFixed(2)} [${p25.toFixed(2)}–${p75.toFixed(2)}]`

const command = describeCommand('pnpm --filter api bench', {
  does:
    'Measures the cost of a cache hit: CPU time per request of GET /api/posts…, all threads of the process, against bare routes with ' +
    'the same headers, in short windows in random order. Also with LOG_LEVEL=info against warn, and the metrics of a read. Writes results/hit-path.json.',
  needs: 'redis-server on PATH; DATABASE_URL, a Postgres server on which it creates a temporary database.',
  prints: 'One line per comparison: the median of the ratios of all rounds [quartiles]; 1: as cheap as the other side.',
})
  .option('--rounds <n>', 'windows per side', wholeNumber('--rounds', { min: 1, max: 10_000 }), 100)
  .option('--requests <n>', 'requests per window', wholeNumber('--requests', { min: 1, max: 1_000_000 }), 1_000)
  .option('--connections <n>', 'open connections', wholeNumber('--connections', { min: 1, max: 10_000 }), 32)
  .option(
    '--gates',
    `for CI: only ${IN_TURN}; ends with 1 below ${GATES.bare} (bare route) or ${GATES.log} (log). Writes nothing`,
  )
  .action(async (flags: Flags) => {
    const { DATABASE_URL } = process.env
    if (!DATABASE_URL) {
      throw new UsageError('DATABASE_URL is not set; set it to a Postgres server for a temporary database')
    }
    await withServers(DATABASE_URL, (servers) => bench(servers, flags))
  })

await runCommand(command)

async function bench(servers: Servers, flags: Flags): Promise<void> {
  const results = []
  let log: { cpu: Ratio; throughput: Ratio } | undefined
  let watched: { cpu: Ratio; throughput: Ratio } | undefined
  for (const each of flags.gates ? cases.slice(0, 1) : cases) {
    const { bytes, taken } = await measure(servers, each, flags)
    const [ours, bare, third] = taken.sides
    const cpu = taken.ratio('cpuMicros', 1, 0)
    console.log(
      `${each.title} (${bytes} B): ${micros(ours!.cpuMicros)} µs of CPU against ${micros(bare!.cpuMicros)} bare, ratio ${said(cpu)}`,
    )
    const plain = each.bases?.[2] && { ...third, cpu: taken.ratio('cpuMicros', 2, 0) }
    if (plain) console.log(`  without Hono: ratio ${said(plain.cpu)}`)
    results.push({ title: each.title, bytes, ours, bare, plain, cpu, throughput: taken.ratio('perSecond', 0, 1) })
    if (each.title !== IN_TURN) continue
    log = { cpu: taken.ratio('cpuMicros', 0, 2), throughput: taken.ratio('perSecond', 2, 0) }
    console.log(`LOG_LEVEL=info against warn: CPU ratio ${said(log.cpu)}, throughput ${said(log.throughput)}`)
    watched = { cpu: taken.ratio('cpuMicros', 3, 0), throughput: taken.ratio('perSecond', 3, 0) }
    console.log(
      `with 3 clients of the stream against none: CPU ratio ${said(watched.cpu)}, throughput ${said(watched.throughput)}`,
    )
  }
  const metrics = metricsPerRead()
  console.log(
    `metrics per read: ${metrics.countersNs.toFixed(0)} ns; counting the hottest posts: ${metrics.hottestNs.toFixed(0)} ns`,
  )
  const counted = await servers.counts()
  console.log(`${counted.reads} reads: ${counted.hits} hits, ${counted.bypassed} bypassed`)
  if (flags.gates) {
    const failed = [
      ...below('bare route with the same headers', results[0]!.cpu, GATES.bare),
      ...below('LOG_LEVEL=info, CPU', log!.cpu, GATES.log),
    ]
    for (const line of failed) console.error(line)
    if (failed.length > 0) process.exitCode = 1
    return
  }
  const folder = join(import.meta.dirname, '../../../results')
  mkdirSync(folder, { recursive: true })
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version }
  const date = new Date().toISOString()
  const report = {
    schemaVersion: 2,
    kind: 'hit-path',
    date,
    machine,
    options: flags,
    ...counted,
    log,
    watched,
    metrics,
    results,
  }
  writeFileSync(join(folder, 'hit-path.json'), `${JSON.stringify(report, null, 2)}\n`)
}

function micros(values: readonly number[]): string {
  return quantilesOf(values)(0.5).toFixed(1)
}

function below(what: string, { median }: Ratio, gate: number): string[] {
  return median >= gate ? [] : [`${what}: the ratio ${median.toFixed(3)} is below the gate ${gate}`]
}
