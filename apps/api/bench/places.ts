/**
 * The cost of a first and a second call of `/posts`, for each layer that can cache it: `DATABASE_URL=postgres://…
 * REDIS_URL=redis://… pnpm --filter api exec node --conditions=workspace-source bench/places.ts`. Runs the API as a process over
 * posts in a temporary database. Each round visits every layer in random order. Before each first call, everything under the
 * strategy is invalidated. The figures go to `docs/runs/places.json`.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createScratchDatabase, startApi } from 'local-servers'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { quantilesOf } from 'workload'
import { layers } from '../src/places/page-request.ts'

const STRATEGY = 'manual-invalidation'
const POSTS = 10_000
const ROUNDS = 30
/** Second calls per round; the median counts. Without a cache, each is as slow as a first call. */
const secondCalls = (layer: string) => (layer === 'none' ? 3 : 40)
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

const { DATABASE_URL, REDIS_URL } = process.env
if (!DATABASE_URL || !REDIS_URL)
  throw new Error('DATABASE_URL and REDIS_URL are not both set; set them to the servers to measure')
const scratch = await createScratchDatabase(DATABASE_URL)
const database = createDatabase({ url: scratch.url })
await migrate(database, [schemaName(STRATEGY)])
await loadPosts(database, [schemaName(STRATEGY)], { count: POSTS })
await database.pool.query(`vacuum analyze ${schemaName(STRATEGY)}.posts`)
const { rows: servers } = await database.pool.query('show server_version')
await database.close()
const prefix = `bench-places-${process.pid}:`
const api = await startApi(new URL('../src/main.ts', import.meta.url), {
  DATABASE_URL: scratch.url,
  REDIS_URL,
  REDIS_PREFIX: prefix,
})

async function call(layer: string): Promise<{ ms: number; said: string; bytes: number }> {
  const startedAt = performance.now()
  const answer = await fetch(`${api.url}/posts?strategy=${STRATEGY}&layer=${layer}`, {
    headers: { Cookie: 'reader=Ann' },
  })
  const text = await answer.text()
  const ms = performance.now() - startedAt
  if (!answer.ok || !text.includes('Hello, Ann')) throw new Error(`${layer}: ${answer.status} ${text.slice(0, 200)}`)
  return { ms, said: answer.headers.get('X-Cache-Layers')!, bytes: Buffer.byteLength(text) }
}

async function invalidateAll(): Promise<void> {
  const answer = await fetch(`${api.url}/api/cache/invalidate`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ strategy: STRATEGY, all: true }),
  })
  if (!answer.ok) throw new Error(`invalidating failed with status ${answer.status}`)
}

/** CPU time of the API's process in ms: other programs on the machine hardly affect it. */
function cpuMs(): number {
  const fields = readFileSync(`/proc/${api.pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND
}

const rounded = (ms: number) => Math.round(ms * 100) / 100
const spread = (values: readonly number[]) => {
  const quantile = quantilesOf(values)
  const [min, p25, median, p75, max] = [0, 0.25, 0.5, 0.75, 1].map((share) => rounded(quantile(share)))
  return { median, p25, p75, min, max }
}

const taken = Object.fromEntries(
  layers.map((layer) => [
    layer,
    { first: [] as number[], second: [] as number[], said: ['', ''], bytes: 0, cpuMs: 0, calls: 0 },
  ]),
)
const loadAverageBefore = rounded(loadavg()[0]!)
const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
try {
  for (let round = -3; round < ROUNDS; round++) {
    for (const layer of [...layers].sort(() => Math.random() - 0.5)) {
      await invalidateAll()
      const first = await call(layer)
      const second = []
      const cpuBefore = cpuMs()
      for (let i = 0; i < secondCalls(layer); i++) second.push(await call(layer))
      const cpu = cpuMs() - cpuBefore
      if (round < 0) continue // warming up
      const row = taken[layer]!
      row.first.push(first.ms)
      row.second.push(quantilesOf(second.map(({ ms }) => ms))(0.5))
      row.said = [first.said, second[0]!.said]
      row.bytes = first.bytes
      row.cpuMs += cpu
      row.calls += second.length
    }
  }
} finally {
  await invalidateAll()
  await api.kill()
  await scratch.drop()
}

const run = {
  what: 'GET /posts, first and second call per layer, in milliseconds as measured by one client on this machine',
  takenAt: new Date().toISOString(),
  commit: git('rev-parse', '--short', 'HEAD'),
  isClean: git('status', '--porcelain', '--untracked-files=no') === '',
  machine: {
    cpu: `${cpus().length} × ${cpus()[0]?.model}`,
    loadAverageBefore,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    postgres: servers[0].server_version,
  },
  strategy: STRATEGY,
  posts: POSTS,
  rounds: ROUNDS,
  secondCallsPerRound: Object.fromEntries(layers.map((layer) => [layer, secondCalls(layer)])),
  layers: Object.fromEntries(
    Object.entries(taken).map(([layer, { first, second, said, bytes, cpuMs, calls }]) => [
      layer,
      {
        first: { ...spread(first), said: said[0] },
        second: { ...spread(second), said: said[1], apiCpuMs: rounded(cpuMs / calls) },
        bytes,
      },
    ]),
  ),
}
const file = fileURLToPath(new URL('../../../docs/runs/places.json', import.meta.url))
writeFileSync(file, `${JSON.stringify(run, null, 2)}\n`)
console.table(
  Object.entries(run.layers).map(([layer, { first, second }]) => ({
    layer,
    first: `${first.median} [${first.p25}–${first.p75}]`,
    second: `${second.median} [${second.p25}–${second.p75}]`,
    'API CPU': second.apiCpuMs,
  })),
)
