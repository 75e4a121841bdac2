export type { RedisStoreClient } from './adapt-client.ts'
export { clusterOptions, type IoredisClient, redisOptions } from './ioredis-client.ts'
export { type NodeRedisClient, nodeRedisOptions } from './node-redis-client.ts'
export {
  type RedisStoreOptions,
  type RedisWatcher,
  redisStore,
  resilientRedisStore,
  watchRedis,
} from './redis-store.ts'
