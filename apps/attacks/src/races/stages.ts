/** Runs cache-core's race scripts on three processes of a peer, or of the control, with separate keys. */
import { randomBytes } from 'node:crypto'
import { cacheAside, createCache, invalidate, systemRuntime } from 'cache-core'
import { redisOptions, redisStore } from 'cache-core/redis'
import type { Race, RaceResult, Stage } from 'cache-core/testing'
import { Redis } from 'ioredis'
import type { Peer } from 'peers'
import { openRoom } from 'peers/testing'

/** Runs the race once. */
export type Play = (race: Race) => Promise<RaceResult>

export function onPeer(peer: Peer): Play {
  return async (race) => {
    const room = openRoom(peer)
    const redis = new Redis(process.env.TEST_REDIS_URL!)
    try {
      const evict = () => unlinkAll(redis, `*${room.prefix}*`)
      return await race.play({ p1: room.process(), p2: room.process(), paused: room.process(), evict })
    } finally {
      await room.close()
      redis.disconnect()
    }
  }
}

/** The control, manual-invalidation: also cache-aside with delete on write, but guarded. */
export const onManualInvalidation: Play = async (race) => {
  const redis = new Redis(process.env.TEST_REDIS_URL!, { ...redisOptions, lazyConnect: true })
  await redis.connect()
  const prefix = `room-${randomBytes(4).toString('hex')}:`
  const store = redisStore({ client: redis, prefix })
  const process_ = (runtime = systemRuntime) =>
    createCache<number>({ store, read: cacheAside({ ttlMs: 60_000, leaseMs: 50 }), write: invalidate(), runtime })
  const stage: Stage = {
    p1: process_(),
    p2: process_(),
    paused: process_({ ...systemRuntime, every: () => () => {} }),
    evict: () => unlinkAll(redis, `${prefix}e:*`),
  }
  try {
    return await race.play(stage)
  } finally {
    redis.disconnect()
  }
}

async function unlinkAll(redis: Redis, match: string): Promise<void> {
  for await (const keys of redis.scanStream({ match }) as AsyncIterable<string[]>) {
    if (keys.length > 0) await redis.unlink(keys)
  }
}
