/**
 * What a cache hit costs beside the bare minimum: requests per second of `GET /api/posts…` against bare routes that pass
 * the same bytes through, at 350 B, 18 KB and the whole list. Interleaved rounds on one machine, medians, ratios.
 *
 * `node --conditions=workspace-source bench/hit-path.ts [--rounds 7] [--seconds 3] [--connections 32]`
 * Wants `wrk` and `redis-server` on PATH, and DATABASE_URL for a Postgres to make a throw-away database on.
 */
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { createScratchDatabase, freePort, startRedis } from 'local-servers'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
  },
})
const rounds = Number(values.rounds)
const here = import.meta.dirname
const execArgv = ['--conditions=workspace-source']

const redis = await startRedis()
const database = await createScratchDatabase(process.env.DATABASE_URL!)
const db = createDatabase({ url: database.url })
const schemas = strategyNames.map(schemaName)
await migrate(db, schemas)
await loadPosts(db, schemas, { count: 10_000 })
await db.close()

const api = {
  port: await freePort(),
  child: undefined as ReturnType<typeof fork> | undefined,
}
api.child = fork(join(here, '../src/main.ts'), [], {
  execArgv,
  env: {
    ...process.env,
    PORT: String(api.port),
    REDIS_URL: redis.url,
    DATABASE_URL: database.url,
    LOG_LEVEL: 'warn',
    CACHE_TTL_MS: '3600000',
  },
})
const base = `http://127.0.0.1:${api.port}`
while (
  !(await fetch(`${base}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  ))
)
  await new Promise((r) => setTimeout(r, 100))

const cases = [
  { title: 'one post', path: '/api/posts/42', key: 'bare:post' },
  { title: 'a page of 50', path: '/api/posts?limit=50', key: 'bare:page' },
  { title: 'all 10,000', path: '/api/posts', key: 'bare:all' },
]
const client = new Redis(redis.url, { ...redisOptions, lazyConnect: true })
await client.connect()
const sizes: number[] = []
for (const { path, key } of cases) {
  const body = Buffer.from(await (await fetch(base + path)).arrayBuffer())
  sizes.push(body.length)
  await client.set(key, body)
}
client.disconnect()

const barePort = await freePort()
const bare = fork(join(here, 'bare-server.ts'), [String(barePort), redis.url, ...cases.map(({ key }) => key)], {
  execArgv,
})
await once(bare, 'message')

const run = promisify(execFile)
async function requestsPerSecond(url: string): Promise<number> {
  const { stdout } = await run('wrk', ['-t1', `-c${values.connections}`, `-d${values.seconds}s`, url])
  // At 32 × 3.6 MB the bare route runs into the client's own deadline now and then. Only answers count.
  const failed = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0)
  const total = Number(/(\d+) requests in/.exec(stdout)![1])
  return (Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)![1]) * (total - failed)) / total
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
const results = []
for (const [i, { title, path }] of cases.entries()) {
  const ours: number[] = []
  const theirs: number[] = []
  await requestsPerSecond(base + path) // warm
  await requestsPerSecond(`http://127.0.0.1:${barePort}/${i}`)
  for (let round = 0; round < rounds; round++) {
    // Who goes first takes turns.
    const sides = [
      async () => ours.push(await requestsPerSecond(base + path)),
      async () => theirs.push(await requestsPerSecond(`http://127.0.0.1:${barePort}/${i}`)),
    ]
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side()
  }
  const ratio = median(ours) / median(theirs)
  results.push({ title, bytes: sizes[i], ours, bare: theirs, ratio })
  console.log(
    `${title} (${sizes[i]} B): ${median(ours).toFixed(0)} against ${median(theirs).toFixed(0)} requests/s, ratio ${ratio.toFixed(2)}`,
  )
}

const { strategies } = (await (await fetch(`${base}/api/stats`)).json()) as {
  strategies: Record<string, Record<string, number>>
}
const { reads, hits, bypassed } = strategies['cache-aside']!
console.log(`of ${reads} reads ${hits} were hits, ${bypassed} bypassed`)

const folder = join(here, '../../../results')
mkdirSync(folder, { recursive: true })
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version }
const report = {
  schemaVersion: 1,
  date: new Date().toISOString(),
  machine,
  options: values,
  reads,
  hits,
  bypassed,
  results,
}
writeFileSync(join(folder, 'hit-path.json'), `${JSON.stringify(report, null, 2)}\n`)

bare.kill()
api.child.kill('SIGTERM')
await once(api.child, 'exit')
await redis.stop()
await database.drop()
