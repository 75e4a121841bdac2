export type { RedisClient } from './redis-commands.ts'
export { connectionOf, type RedisStoreOptions, redisOptions, redisStore } from './redis-store.ts'
