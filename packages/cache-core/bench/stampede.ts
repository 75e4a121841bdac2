/**
 * A stampede across processes: readers in 4 processes read one key that is not cached, and one of them loads it.
 * `node --conditions=workspace-source bench/stampede.ts [ROUNDS] [LOAD_MS] [READERS]`, with READERS in each process.
 *
 * Prints one line of JSON. `beyondMs`: how much longer than the load a reader waited, as the median over the rounds of each round's p99,
 * with its quartiles, and the same for the p50. `sent`: the commands that a process sent in a round, as a median over rounds and
 * processes, and by name as means; the messages' connection is included. `server`: what Redis itself counted per round, with the commands
 * inside scripts. The first rounds, in which the processes subscribe, are printed separately.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { startRedis } from 'local-servers'
import { quantilesOf } from 'workload'
import { createCache, invalidate, stampedeLock } from '../src/index.ts'
import { redisOptions, redisStore } from '../src/redis/index.ts'

const PROCESSES = 4
const FIRST_ROUNDS = 2

interface Question {
  readonly key: string
  readonly readers: number
  readonly loadMs: number
}

/** What one process saw of one round. */
interface Seen {
  readonly waitsMs: number[]
  /** The duration of each load that it ran. */
  readonly loadsMs: number[]
  readonly sent: Record<string, number>
}

async function work(url: string): Promise<void> {
  let sent: Record<string, number> = {}
  const { sendCommand } = Redis.prototype
  Redis.prototype.sendCommand = function (command, ...rest) {
    sent[command.name] = (sent[command.name] ?? 0) + 1
    return sendCommand.call(this, command, ...rest)
  }
  const client = new Redis(url, { ...redisOptions, lazyConnect: true })
  await client.connect()
  const cache = createCache<string>({
    store: redisStore({ client, prefix: 'stampede:' }),
    read: stampedeLock({ ttlMs: 60_000 }),
    write: invalidate(),
  })
  await cache.read('warm', async () => 'x')
  process.on('message', async ({ key, readers, loadMs }: Question) => {
    sent = {}
    const loadsMs: number[] = []
    const load = async () => {
      const start = performance.now()
      await new Promise((resolve) => setTimeout(resolve, loadMs))
      loadsMs.push(performance.now() - start)
      return 'x'.repeat(350)
    }
    const readOne = async () => {
      const start = performance.now()
      await cache.read(key, load)
      return performance.now() - start
    }
    const waitsMs = await Promise.all(Array.from({ length: readers }, readOne))
    const seen: Seen = { waitsMs, loadsMs, sent }
    process.send!(seen)
  })
  process.send!('ready')
}

async function stampede(workers: readonly ChildProcess[], question: Question): Promise<Seen[]> {
  const answers = workers.map((worker) => once(worker, 'message'))
  for (const worker of workers) worker.send(question)
  return (await Promise.all(answers)).map(([seen]) => seen as Seen)
}

/** Calls of each command, also inside scripts. */
async function callsOf(admin: Redis): Promise<Record<string, number>> {
  const stats = await admin.info('commandstats')
  return Object.fromEntries([...stats.matchAll(/^cmdstat_(\S+):calls=(\d+)/gm)].map(([, name, n]) => [name, Number(n)]))
}

async function main(rounds: number, loadMs: number, readers: number): Promise<void> {
  const server = await startRedis()
  const admin = new Redis(server.url)
  const start = () => fork(import.meta.filename, ['worker', server.url], { execArgv: process.execArgv })
  const workers = Array.from({ length: PROCESSES }, start)
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const all: Seen[][] = []
  let before: Record<string, number> = {}
  for (let i = 0; i < FIRST_ROUNDS + rounds; i++) {
    if (i === FIRST_ROUNDS) before = await callsOf(admin)
    all.push(await stampede(workers, { key: `k${i}`, readers, loadMs }))
  }
  const after = await callsOf(admin)
  for (const worker of workers) worker.disconnect()
  for (const worker of workers) worker.kill()
  admin.disconnect()
  await server.stop()

  const beyondIn = (round: readonly Seen[]) => {
    const longest = Math.max(...round.flatMap(({ loadsMs }) => loadsMs))
    return quantilesOf(round.flatMap(({ waitsMs }) => waitsMs.map((ms) => ms - longest)))
  }
  const measured = all.slice(FIRST_ROUNDS)
  const overRounds = (q: number) => {
    const over = quantilesOf(measured.map((round) => beyondIn(round)(q)))
    return [0.5, 0.25, 0.75].map((part) => rounded(over(part)))
  }
  const sent = measured.flat().map((seen) => Object.values(seen.sent).reduce((sum, n) => sum + n, 0))
  const byName: Record<string, number> = {}
  for (const seen of measured.flat()) {
    for (const [name, n] of Object.entries(seen.sent)) byName[name] = (byName[name] ?? 0) + n / (rounds * PROCESSES)
  }
  const onServer = Object.entries(after).map(
    ([name, n]) => [name, rounded((n - (before[name] ?? 0)) / rounds)] as const,
  )
  console.log(
    JSON.stringify({
      node: process.version,
      processes: PROCESSES,
      readers,
      loadMs,
      rounds,
      loadsPerRound: rounded(measured.flat().flatMap(({ loadsMs }) => loadsMs).length / rounds),
      beyondMs: { p50: overRounds(0.5), p99: overRounds(0.99) },
      sent: { perProcess: quantilesOf(sent)(0.5), most: Math.max(...sent), byName: mapped(byName) },
      server: Object.fromEntries(onServer.filter(([name, n]) => n > 0 && name !== 'info')),
      firstRounds: all.slice(0, FIRST_ROUNDS).map((round) => ({
        p99: rounded(beyondIn(round)(0.99)),
        sent: round.map((seen) => Object.values(seen.sent).reduce((sum, n) => sum + n, 0)),
      })),
    }),
  )
}

function mapped(numbers: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).map(([name, n]) => [name, rounded(n)]))
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

const [first, second = '200', third = '250'] = process.argv.slice(2)
if (first === 'worker') await work(second)
else await main(Number(first ?? 20), Number(second), Number(third))
