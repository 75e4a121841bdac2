import { fork } from 'node:child_process'
import { once } from 'node:events'
import { killFamily } from './process-family.ts'
import type {
  ServicesOptions,
  ServicesReply,
  ServicesRequest,
  StartedPostgres,
  StartedRedis,
} from './services-messages.ts'

export interface Services {
  /** Defined if requested. */
  redis?: StartedRedis
  /** Defined if requested. */
  postgres?: StartedPostgres
  /** The services process. */
  pid: number
  /**
   * Registers another process to end when this one dies: by SIGTERM, then SIGKILL after 0.7 s. If it was started with
   * `detached: true`, its whole process group ends. Call the returned function when it is gone, since its pid may be reused.
   */
  alsoEnd(pid: number): () => void
  /**
   * Ends everything and waits until it is gone. May be repeated. Kills after `withinMs` (default 10,000): Postgres may be finishing
   * a statement, or a checkpoint before a scratch database is dropped.
   */
  stop(withinMs?: number): Promise<void>
  /** Resolves when the services process is gone: after `stop()`, or because it failed. */
  ended: Promise<void>
}

/**
 * Starts a private Redis and a Postgres in a separate process, which ends them within 2 s of this process's end: by `stop()`, by
 * exit or by `kill -9`. It has its own process group, so on a Ctrl-C in the terminal the parent decides when it ends. A fresh
 * embedded Postgres takes about 3 s, one with data 0.5 s.
 *
 * Throws the error of a server, with its cause; then nothing is left running.
 */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const child = fork(new URL('./services-process.ts', import.meta.url), [], {
    detached: true,
    // The services must not inherit this process's --watch or --inspect.
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const send = (request: ServicesRequest) => {
    if (child.connected) child.send(request, () => {})
  }
  let orphans: number[] = []
  const ended = once(child, 'exit').then(([code]) => {
    // A killed services process could not end its servers. An embedded Postgres ran inside it.
    if (code === null) for (const pid of orphans) killFamily(pid)
  })
  send({ type: 'start', options })
  const reply = await Promise.race([
    once(child, 'message').then(([message]) => message as ServicesReply),
    ended.then(
      (): ServicesReply => ({ type: 'failed', error: new Error('the services process ended while starting') }),
    ),
  ])
  if (reply.type === 'failed') {
    await ended
    throw reply.error
  }

  orphans = [reply.redis, reply.postgres].flatMap((server) => (server && 'pid' in server ? [server.pid] : []))
  // A script that does not call `stop()` can still exit; the services then end with it.
  child.unref()
  child.channel?.unref()
  return {
    ...(reply.redis && { redis: reply.redis }),
    ...(reply.postgres && { postgres: reply.postgres }),
    pid: child.pid!,
    alsoEnd(pid) {
      send({ type: 'also-end', pid })
      return () => send({ type: 'no-longer-end', pid })
    },
    async stop(withinMs = 10_000) {
      child.ref()
      send({ type: 'stop', withinMs })
      await ended
    },
    ended,
  }
}
