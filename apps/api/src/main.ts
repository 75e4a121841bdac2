/** The composition root: opens, connects and closes everything. */
import cluster from 'node:cluster'
import { createDatabase, migrate, schemaName } from 'posts-db'
import { createApp, startLive } from './create-app.ts'
import { createProblemServer } from './http/protocol-errors.ts'
import { killLeaseHolder } from './live/kill-lease-holder.ts'
import { flushCounts } from './posts/hottest/flush-counts.ts'
import { MemoryHits } from './posts/memory-hits.ts'
import { warmOnStart } from './posts/warm-on-start.ts'
import { answersOf } from './process/answers.ts'
import { superviseWorkers } from './process/cluster.ts'
import { checkStrategy, isNamed, readEnv, storeKindOf } from './process/env.ts'
import { findPages } from './process/find-pages.ts'
import { listen } from './process/listen.ts'
import { connectMemcached, memcachedFigures, pingMemcached } from './process/memcached-connection.ts'
import { joinProcesses } from './process/processes.ts'
import { connectRedis, pauseRedis, soon } from './process/redis-connection.ts'
import { runMain } from './process/run-main.ts'
import { connectionsOf, endGracefully, finishRequests } from './process/shutdown.ts'
import { announce, warnOfMissingPosts } from './process/startup-lines.ts'
import { closeFlushers, queueLag, startFlushers } from './strategies/flushers.ts'
import { closeOutboxes, enableChangeRecording, outboxLag, startOutboxes } from './strategies/outboxes.ts'
import { peerStrategies, servedNames } from './strategies/peer-strategies.ts'
import { startInstances } from './strategies/start-instances.ts'
import { watchLoads } from './strategies/watch-loads.ts'
import { accessLog } from './telemetry/access-log.ts'
import { FigureCollector } from './telemetry/figures.ts'
import { createLogger } from './telemetry/logger.ts'
import { redisFigures, StoreServer } from './telemetry/store-server.ts'
import { readWorkerState } from './worker/worker-state.ts'

async function main(): Promise<void> {
  const env = readEnv(process.env)
  const logger = createLogger(env.LOG_LEVEL)
  if (env.WORKERS > 1 && cluster.isPrimary) process.exit(await superviseWorkers(env.WORKERS, logger))
  const names = await servedNames(env)
  checkStrategy(env, names)
  const database = createDatabase({
    url: env.DATABASE_URL,
    onError: (error) => logger.warn({ err: error }, 'database: an idle connection was lost'),
    onWarning: (line) => logger.warn(`database: ${line}`),
  })
  const kind = storeKindOf(env)
  const redis = kind === 'redis' ? await connectRedis(env.REDIS_URL!, logger) : undefined
  const memcached = kind === 'memcached' ? await connectMemcached(env.MEMCACHED_URL!, logger) : undefined
  await migrate(database, names.map(schemaName))
  await enableChangeRecording(database, schemaName)
  const peers = env.PEERS === 1 ? await peerStrategies(env.REDIS_URL!, env.REDIS_PREFIX) : []
  const instances = startInstances(env, database, redis, logger, { peers, memcached })
  await startOutboxes(instances)
  startFlushers(instances)
  await warnOfMissingPosts(instances, env, logger)
  const stopWatching = await watchLoads(instances, database)

  const stopCounting = flushCounts(instances)
  const storeServer =
    (redis && new StoreServer('redis', () => redisFigures(redis))) ??
    (memcached && new StoreServer('memcached', () => memcachedFigures(memcached)))

  const log = accessLog(logger)
  const memoryHits = new MemoryHits(log)
  const processes = joinProcesses(env.WORKERS, logger)
  const collector = new FigureCollector(instances, storeServer, processes, logger)
  const live = startLive(instances, storeServer, collector, processes)
  processes.answerWith(answersOf(instances, storeServer, collector, live))
  const app = createApp({
    instances,
    logger,
    log,
    memoryHits,
    adminToken: env.ADMIN_TOKEN,
    parts: {
      database: () => database.ping(),
      redis: redis && (() => soon(redis.ping())),
      memcached: memcached && (() => pingMemcached(memcached)),
      outbox: () => outboxLag(instances),
      queue: instances.withQueue.length > 0 ? () => queueLag(instances) : undefined,
    },
    storeServer,
    processes,
    collector,
    live,
    killLeaseHolder:
      redis &&
      ((leased, key) => {
        const strategies = leased.filter(isNamed)
        return killLeaseHolder({ redisUrl: env.REDIS_URL!, prefix: env.REDIS_PREFIX, strategies, key })
      }),
    pauseRedis: env.REDIS_IS_PRIVATE === 1 && redis ? (ms) => pauseRedis(redis, ms) : undefined,
    pagesFolder: findPages(),
    pool: database.pool,
    worker: redis && (() => readWorkerState(redis, env.REDIS_PREFIX, names)),
  })
  const server = createProblemServer(app.fetch, logger, log, (...both) => memoryHits.answer(...both))
  const connections = connectionsOf(server)
  const address = await listen(server, env)
  announce(address, env, { redis, memcached }, instances, logger)
  const ending = new AbortController()
  // Only one process warms: entries are shared.
  if (env.WARM_ON_START > 0 && (cluster.isPrimary || cluster.worker?.id === 1)) {
    void warmOnStart(instances.byParameter(undefined), env.WARM_ON_START, logger, ending.signal)
  }

  endGracefully(logger, 'finishing requests in flight', async () => {
    live.events.close()
    // With several processes, the primary stops it.
    if (cluster.isPrimary) await live.load.stop()
    await finishRequests(server, connections)
    ending.abort()
    stopWatching()
    await stopCounting()
    await closeFlushers(instances)
    await closeOutboxes(instances)
    await instances.close()
    redis?.disconnect()
    await memcached?.disconnect()
    await database.close()
  })
}

await runMain(main)
