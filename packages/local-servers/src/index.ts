export { findRedisServer, installRedisHint, type RedisServer } from './find-redis-server.ts'
export { freePort } from './free-port.ts'
export { createScratchDatabase, hostOf, type ScratchDatabase } from './scratch-database.ts'
export type {
  EmbeddedPostgresOptions,
  ScratchPostgresOptions,
  ServicesOptions,
  StartedPostgres,
  StartedRedis,
} from './services-messages.ts'
export { type ApiProcess, startApi } from './start-api.ts'
export { startPostgres } from './start-postgres.ts'
export { type PrivateRedis, type RedisOptions, startRedis } from './start-redis.ts'
export { type Services, startServices } from './start-services.ts'
