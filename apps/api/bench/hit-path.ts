/**
 * The cost of a cache hit: requests per second of `GET /api/posts…` against bare routes that pass the same bytes
 * through. Interleaved rounds on one machine, medians and ratios; results go to `results/hit-path.json`.
 * `pnpm --filter api bench --help` lists the requirements.
 */
import { type ChildProcess, execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describeCommand, runCommand, UsageError, wholeNumber } from 'command-line'
import { Redis } from 'ioredis'
import { createScratchDatabase, freePort, startRedis } from 'local-servers'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'
import { quantilesOf } from 'workload'

interface Flags {
  rounds: number
  seconds: number
  connections: number
}

const here = import.meta.dirname
const execArgv = ['--conditions=workspace-source']
const run = promisify(execFile)
const median = (numbers: readonly number[]) => quantilesOf(numbers)(0.5)

interface Case {
  readonly title: string
  /** The path at the API and at the bare server. */
  readonly paths: readonly [string, string]
  readonly script?: string
}

const cases: readonly Case[] = [
  { title: 'one post', paths: ['/api/posts/42', '/42'] },
  { title: '1,000 posts in turn', paths: ['/api/posts/', '/'], script: join(here, 'many-posts.lua') },
  { title: 'a page of 50', paths: ['/api/posts?limit=50', '/page'] },
  { title: 'all 10,000', paths: ['/api/posts', '/all'] },
]

/** Successful answers per second. */
async function answersPerSecond(options: Flags, url: string, script?: string): Promise<number> {
  const args = ['-t1', `-c${options.connections}`, `-d${options.seconds}s`, ...(script ? ['-s', script] : []), url]
  const { stdout } = await run('wrk', args)
  const failed = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0)
  const total = Number(/(\d+) requests in/.exec(stdout)![1])
  return (Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)![1]) * (total - failed)) / total
}

async function measure(options: Flags, api: string, bare: string, { title, paths, script }: Case) {
  const sides = [
    { url: api + paths[0], rounds: [] as number[] },
    { url: bare + paths[1], rounds: [] as number[] },
  ]
  for (const { url } of sides) await answersPerSecond(options, url, script) // warm
  for (let round = 0; round < options.rounds; round++) {
    // The sides alternate in going first.
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      side.rounds.push(await answersPerSecond(options, side.url, script))
    }
  }
  const [ours, theirs] = sides.map(({ rounds }) => rounds) as [number[], number[]]
  const bytes = (await (await fetch(sides[0]!.url + (script ? '42' : ''))).arrayBuffer()).byteLength
  const ratio = median(ours) / median(theirs)
  const perSecond = `${median(ours).toFixed(0)} against ${median(theirs).toFixed(0)} answers/s`
  console.log(`${title} (${bytes} B): ${perSecond}, ratio ${ratio.toFixed(2)}`)
  return { title, bytes, ours, bare: theirs, ratio }
}

const command = describeCommand('pnpm --filter api bench', {
  does:
    'Measures the cost of a cache hit: requests per second of GET /api/posts… against bare routes that pass the same bytes through, ' +
    'in alternating rounds. Writes results/hit-path.json.',
  needs: 'wrk and redis-server on PATH; DATABASE_URL, a Postgres server on which it creates a temporary database.',
  prints: 'One line per case: both medians and their ratio.',
})
  .option('--rounds <n>', 'rounds per side', wholeNumber('--rounds', { min: 1, max: 1_000 }), 7)
  .option('--seconds <n>', 'seconds per round', wholeNumber('--seconds', { min: 1, max: 3_600 }), 3)
  .option('--connections <n>', 'open connections', wholeNumber('--connections', { min: 1, max: 10_000 }), 32)
  .action(async (options: Flags) => {
    const { DATABASE_URL } = process.env
    if (!DATABASE_URL) {
      throw new UsageError('DATABASE_URL is not set; set it to a Postgres server for a temporary database')
    }
    await bench(options, DATABASE_URL)
  })

await runCommand(command)

async function bench(options: Flags, databaseUrl: string): Promise<void> {
  const closing: (() => unknown)[] = []
  try {
    const redis = await startRedis()
    closing.push(() => redis.stop())
    const database = await createScratchDatabase(databaseUrl)
    closing.push(() => database.drop())
    const db = createDatabase({ url: database.url })
    const schemas = strategyNames.map(schemaName)
    await migrate(db, schemas)
    await loadPosts(db, schemas, { count: 10_000 })
    await db.close()

    const ended = async (child: ChildProcess) => {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    const port = await freePort()
    const env = { REDIS_URL: redis.url, DATABASE_URL: database.url, LOG_LEVEL: 'warn', CACHE_TTL_MS: '3600000' }
    const child = fork(join(here, '../src/main.ts'), [], {
      execArgv,
      env: { ...process.env, ...env, PORT: String(port) },
    })
    closing.push(() => ended(child))
    const api = `http://127.0.0.1:${port}`
    const isReady = () =>
      fetch(`${api}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    while (!(await isReady())) await sleep(100)

    const client = new Redis(redis.url)
    const keep = async (key: string, path: string) =>
      client.set(`bare:${key}`, Buffer.from(await (await fetch(api + path)).arrayBuffer()))
    for (let id = 1; id <= 1_000; id++) await keep(String(id), `/api/posts/${id}`)
    await keep('page', '/api/posts?limit=50')
    await keep('all', '/api/posts')
    client.disconnect()

    const barePort = await freePort()
    const bare = fork(join(here, 'bare-server.ts'), [String(barePort), redis.url], { execArgv })
    closing.push(() => ended(bare))
    await once(bare, 'message')

    const results = []
    for (const each of cases) results.push(await measure(options, api, `http://127.0.0.1:${barePort}`, each))
    const { strategies } = (await (await fetch(`${api}/api/stats`)).json()) as {
      strategies: Record<string, Record<'reads' | 'hits' | 'bypassed', number>>
    }
    const { reads, hits, bypassed } = strategies['cache-aside']!
    console.log(`${reads} reads: ${hits} hits, ${bypassed} bypassed`)

    const folder = join(here, '../../../results')
    mkdirSync(folder, { recursive: true })
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version }
    const date = new Date().toISOString()
    const report = { schemaVersion: 1, kind: 'hit-path', date, machine, options, reads, hits, bypassed, results }
    writeFileSync(join(folder, 'hit-path.json'), `${JSON.stringify(report, null, 2)}\n`)
  } finally {
    for (const close of closing.reverse()) await close()
  }
}
