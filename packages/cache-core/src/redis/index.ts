export type { RedisClient } from './redis-commands.ts'
export { clusterOptions, connectionOf, type RedisStoreOptions, redisOptions, redisStore } from './redis-store.ts'
