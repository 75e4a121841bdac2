/**
 * The one process that owns the private servers, so that killing any other process leaves none behind.
 * It receives over its channel which servers to start, and ends them when the channel closes. Started only by `startServices`.
 */
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { endProcess } from './end-process.ts'
import { runPostgresServer } from './postgres-server.ts'
import { createScratchDatabase } from './scratch-database.ts'
import type {
  ServicesOptions,
  ServicesReply,
  ServicesRequest,
  StartedPostgres,
  StartedRedis,
} from './services-messages.ts'
import { startRedis } from './start-redis.ts'

/** After the parent's end: leaves 0.5 s of the guaranteed 2 s for the exit itself. */
const ORPHANED_MS = 1_500
/** After a signal or a failure. */
const ASKED_MS = 10_000
/** For other processes that are ended with the servers. A killed parent's children may be zombies that long. */
const GRACE_MS = 700

const stops: (() => Promise<unknown>)[] = []
const alsoEnd = new Set<number>()
let starting: Promise<unknown> = Promise.resolve()
let ending = false

process.on('message', (request: ServicesRequest) => {
  if (request.type === 'start') starting = start(request.options)
  else if (request.type === 'also-end') add(request.pid)
  else if (request.type === 'no-longer-end') alsoEnd.delete(request.pid)
  else void end(request.withinMs)
})
process.on('disconnect', () => void end(ORPHANED_MS))
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end(ASKED_MS))

function add(pid: number): void {
  alsoEnd.add(pid)
  // A signal may arrive before the message.
  if (ending) void endProcess(pid, GRACE_MS)
}

async function start(options: ServicesOptions): Promise<void> {
  const results = await Promise.allSettled([redis(options.redis), postgres(options.postgres)])
  const failure = results.find((result) => result.status === 'rejected')
  if (failure) {
    await reply({ type: 'failed', error: failure.reason as Error })
    // Not awaited: it waits for this start.
    void end(ASKED_MS)
    return
  }
  const [redisResult, postgresResult] = results as [
    PromiseFulfilledResult<StartedRedis | undefined>,
    PromiseFulfilledResult<StartedPostgres | undefined>,
  ]
  await reply({
    type: 'ready',
    ...(redisResult.value && { redis: redisResult.value }),
    ...(postgresResult.value && { postgres: postgresResult.value }),
  })
}

/** Resolves when the reply is sent: an exit right after must not lose it. A parent that is gone needs no reply. */
function reply(message: ServicesReply): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(message, undefined, undefined, () => resolve())
    else resolve()
  })
}

async function redis(options: ServicesOptions['redis']): Promise<StartedRedis | undefined> {
  if (options === undefined) return undefined
  const server = await startRedis(options === true ? {} : options)
  stops.push(server.stop)
  return { name: server.name, version: server.version, url: server.url, port: server.port, pid: server.pid }
}

async function postgres(options: ServicesOptions['postgres']): Promise<StartedPostgres | undefined> {
  if (options === undefined) return undefined
  if (options !== true && 'scratchOn' in options) {
    const scratch = await createScratchDatabase(options.scratchOn)
    stops.push(scratch.drop)
    return { kind: 'scratch', url: scratch.url }
  }
  if (options !== true && 'server' in options) {
    const { stop, ...server } = await runPostgresServer(options.server, () => void end(ASKED_MS))
    stops.push(stop)
    return { kind: 'server', ...server }
  }
  const server = await startEmbeddedPostgres(options === true ? {} : options, () => void end(ASKED_MS))
  stops.push(server.stop)
  return { kind: 'embedded', url: server.url }
}

/** Ends the users of the servers first, then the servers. Kills everything after `withinMs`. */
async function end(withinMs: number): Promise<void> {
  setTimeout(exitNow, withinMs)
  if (ending) return
  ending = true
  await Promise.all([...alsoEnd].map((pid) => endProcess(pid, GRACE_MS)))
  await starting
  await Promise.allSettled(stops.map((stop) => stop()))
  process.exit(0)
}

function exitNow(): void {
  // Runs after the other exit listeners (one kills Redis): a database busy in its thread could delay the exit.
  process.on('exit', () => process.kill(process.pid, 'SIGKILL'))
  process.exit(1)
}
