import { ACQUIRE, CLAIM, FILL, RELEASE, RENEW } from '../../redis/scripts.ts'
import { type Backend, openRedis, openRedisStore } from './backends.ts'
import type { Arg, Commands } from './commands.ts'

/** What is called on an ioredis client. */
export interface LiveClient {
  getBuffer(key: string): Promise<Buffer | null>
  set(key: string, value: Buffer, px: 'PX', ms: number): Promise<unknown>
  setBuffer(key: string, value: Buffer, px: 'PX', ms: number, nx: 'NX', get: 'GET'): Promise<Buffer | null>
  unlink(...keys: string[]): Promise<number>
  time(): Promise<(string | number)[]>
  keys(pattern: string): Promise<string[]>
}

const scripts = new Map([ACQUIRE, CLAIM, FILL, RENEW, RELEASE].map(({ sha, lua }) => [sha, lua]))
/** How much longer leases and TTLs must be on a real Redis, to outlast what a schedule really takes. */
export const LIVE_PACE = 40

/**
 * A real Redis, to replay a schedule on: each step is one command, sent when its turn has come.
 *
 * @param client one for all processes: the steps come one after another anyway. Built with `redisOptions`.
 * @param prefix for keys of this replay alone.
 */
export function liveRedisBackend(client: LiveClient, prefix: string): Backend {
  return {
    name: 'a real redis',
    isRemote: true,
    reportsKeyEvents: false,
    pace: LIVE_PACE,
    isReal: true,
    open: (scheduler) =>
      openRedis({ scheduler, inOrder: true, prefix, connect: () => liveCommands(client), open: openRedisStore }),
  }
}

/** A real Redis as the emulation is asked. */
export function liveCommands(client: LiveClient): Commands {
  const scripting = client as unknown as { evalBuffer(lua: string, ...args: Arg[]): Promise<unknown> }
  return {
    get: (key) => client.getBuffer(key),
    set: (key, value, ms) => client.set(key, value, 'PX', ms),
    setIfAbsent: (key, value, ms) => client.setBuffer(key, value, 'PX', ms, 'NX', 'GET'),
    unlink: (...keys) => client.unlink(...keys),
    time: () => client.time(),
    evalsha: (sha, keys, args) => scripting.evalBuffer(scripts.get(sha)!, keys.length, ...keys, ...args),
    keysUnder: async (prefix) => (await client.keys(`${prefix}*`)).sort(),
  }
}
