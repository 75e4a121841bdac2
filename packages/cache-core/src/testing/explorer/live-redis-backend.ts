import { adaptClient, type RedisStoreClient } from '../../redis/adapt-client.ts'
import type { RedisClient } from '../../redis/redis-client.ts'
import { redisStoreOver } from '../../redis/redis-store.ts'
import { ACQUIRE, CLAIM, FILL, RELEASE, RENEW } from '../../redis/scripts.ts'
import { type Backend, openRedis } from './backends.ts'
import type { Commands } from './commands.ts'

const scripts = new Map([ACQUIRE, CLAIM, FILL, RENEW, RELEASE].map(({ sha, lua }) => [sha, lua]))
/** How much longer leases and TTLs must be on a real Redis, to outlast what a schedule really takes. */
export const LIVE_PACE = 40

/**
 * A real Redis, to replay a schedule on: each step is one command, sent when its turn has come.
 *
 * @param client one for all processes: the steps come one after another anyway. As `redisStore` takes it.
 * @param prefix for keys of this replay alone.
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

/** A real Redis as the emulation is asked. */
export function liveCommands(client: RedisClient): Commands {
  return {
    get: (key) => client.get(key),
    set: (key, value, ms) => client.set(key, value, ms),
    setIfAbsent: (key, value, ms) => client.setIfAbsent(key, value, ms),
    unlink: (...keys) => client.unlink(...keys),
    time: () => client.time(),
    evalsha: (sha, keys, args) => client.eval(scripts.get(sha)!, keys, args),
    async keysUnder(prefix) {
      const found = new Set<string>()
      for await (const keys of client.scan(`${prefix}*`)) for (const key of keys) found.add(key)
      return [...found].sort()
    },
  }
}
