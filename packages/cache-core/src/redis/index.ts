export type { RedisStoreClient } from './adapt-client.ts'
export { type InspectedKey, type InspectOptions, inspectKey } from './inspect-key.ts'
export { clusterOptions, type IoredisClient, redisOptions } from './ioredis-client.ts'
export { type NodeRedisClient, nodeRedisOptions } from './node-redis-client.ts'
export type { ConnectionOptions, RedisWatcher } from './redis-connection.ts'
export {
  type RedisStoreOptions,
  redisStore,
  resilientRedisStore,
  watchRedis,
} from './redis-store.ts'
export { type TieredStoreOptions, tieredStore } from './tiered-store.ts'
export { type RedisWriteLog, redisWriteLog, type WriteLogOptions } from './write-log.ts'
