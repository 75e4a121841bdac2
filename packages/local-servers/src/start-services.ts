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
  /** There if asked for. */
  redis?: StartedRedis
  /** There if asked for. */
  postgres?: StartedPostgres
  /** The services process. */
  pid: number
  /**
   * Another process to end when this one dies. Start it with `detached: true`: then its whole process group is ended, children too.
   * It gets SIGTERM, and SIGKILL after 0.7 s. Call the function it returns when that process is gone: its pid may become another's.
   */
  alsoEnd(pid: number): () => void
  /**
   * Ends all of it and waits until it is gone. May be called more than once. What isn't done after `withinMs` is cut short: Postgres finishes
   * a statement first, and dropping a scratch database may take a checkpoint. Default 10,000.
   */
  stop(withinMs?: number): Promise<void>
  /** Resolves when the services process is gone: after `stop()`, or because it failed. */
  ended: Promise<void>
}

/**
 * Starts a private Redis and a Postgres in one process of their own, which ends them within 2 s of this process's end, however it
 * comes: by `stop()`, by leaving, by `kill -9`. It is in a process group of its own, so that a Ctrl-C in the terminal leaves it to
 * its parent when to end it. A fresh embedded Postgres takes about 3 s, one with data 0.5 s.
 *
 * Throws what went wrong in there, with its cause; nothing is left running then.
 */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const child = fork(new URL('./services-process.ts', import.meta.url), [], {
    detached: true,
    // Not ours: a parent's --watch or --inspect must not be the services' too.
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const send = (request: ServicesRequest) => {
    if (child.connected) child.send(request, () => {})
  }
  let orphans: number[] = []
  const ended = once(child, 'exit').then(([code]) => {
    // Killed itself, it could not end its servers. An embedded Postgres ran inside it.
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
  // A script that forgets `stop()` may still end; the services then end with it.
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
