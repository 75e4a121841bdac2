import { adaptClient, type RedisStoreClient } from '../src/redis/adapt-client.ts'
import type { RedisClient } from '../src/redis/redis-client.ts'
import { redisStoreOver } from '../src/redis/redis-store.ts'
import { GUARD } from '../src/redis/scripts.ts'
import { type Backend, openRedis } from './backends.ts'
import type { Commands } from './commands.ts'

/** Factor for leases and TTLs on a real Redis, so that they outlast the real time of a schedule. */
export const LIVE_PACE = 40

/**
 * A real Redis for replaying a schedule: each step is one command, sent when the schedule reaches it.
 *
 * @param client one for all processes, as for `redisStore`: the steps run one after another anyway.
 * @param prefix for the keys of this replay only.
 */
export function liveRedisBackend(client: RedisStoreClient, prefix: string): Backend {
  const server = adaptClient(client)
  return {
    name: 'a real redis',
    isRemote: true,
    reportsKeyEvents: false,
    pace: LIVE_PACE,
    isReal: true,
    open: (scheduler) =>
      openRedis({ scheduler, inOrder: true, prefix, connect: () => liveCommands(server), open: redisStoreOver }),
  }
}

/** A real Redis with the interface of the emulation. */
export function liveCommands(client: RedisClient): Commands {
  return {
    get: (key) => client.get(key),
    mget: (keys) => client.mget(keys),
    set: (key, value, ms) => client.set(key, value, ms),
    setIfAbsent: (key, value, ms) => client.setIfAbsent(key, value, ms),
    unlink: (...keys) => client.unlink(...keys),
    time: () => client.time(),
    evalsha: (_sha, keys, args) => client.eval(GUARD.lua, keys, args),
    async keysUnder(prefix) {
      const found = new Set<string>()
      for await (const keys of client.scan(`${prefix}*`)) for (const key of keys) found.add(key)
      return [...found].sort()
    },
  }
}
