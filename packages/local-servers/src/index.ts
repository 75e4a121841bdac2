export { findPostgresServer, installPostgresHint } from './find-postgres-server.ts'
export { findRedisServer, installRedisHint, type RedisServer } from './find-redis-server.ts'
export { freePort } from './free-port.ts'
export { lacksTools } from './lacks-tools.ts'
export { openPostgresFolder, postgresFolder } from './open-postgres-folder.ts'
export { createScratchDatabase, hostOf, isEmbedded, type ScratchDatabase } from './scratch-database.ts'
export type {
  EmbeddedPostgresOptions,
  PostgresServerOptions,
  ScratchPostgresOptions,
  ServicesOptions,
  StartedPostgres,
  StartedRedis,
} from './services-messages.ts'
export { installFaketimeHint, shiftedClock } from './shifted-clock.ts'
export { type ApiProcess, startApi } from './start-api.ts'
export { type Haproxy, startHaproxy } from './start-haproxy.ts'
export {
  findMemcached,
  installMemcachedHint,
  type MemcachedOptions,
  type PrivateMemcached,
  startMemcached,
} from './start-memcached.ts'
export { type PgBouncer, startPgBouncer } from './start-pgbouncer.ts'
export { startPostgres } from './start-postgres.ts'
export { type PostgresServer, startPostgresServer } from './start-postgres-server.ts'
export { findPrometheus, type Prometheus, startPrometheus } from './start-prometheus.ts'
export { type PrivateRedis, type RedisOptions, startRedis } from './start-redis.ts'
export { type Services, startServices } from './start-services.ts'
export { type System, startSystem } from './start-system.ts'
export { startTcpProxy, type TcpProxy } from './start-tcp-proxy.ts'
export { installToxiproxyHint, startToxiproxy, type ToxicProxy, type Toxiproxy } from './start-toxiproxy.ts'
export { withTestServers } from './test-servers.ts'
