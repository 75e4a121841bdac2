/** The one composition root: everything is opened, put together and closed here. */
import cluster from 'node:cluster'
import { createDatabase, migrate, schemaName } from 'posts-db'
import { accessLog } from './access-log.ts'
import { onOrder, superviseWorkers } from './cluster.ts'
import { createApp } from './create-app.ts'
import { checkStrategy, EnvError, readEnv } from './env.ts'
import { listen } from './listen.ts'
import { createLogger } from './logger.ts'
import { obeyOrders } from './obey.ts'
import { closeOutboxes, outboxLag, recordPromised, startOutboxes } from './outboxes.ts'
import { peerStrategies, servedNames } from './peer-strategies.ts'
import { createProblemServer } from './protocol-errors.ts'
import { connectRedis } from './redis-connection.ts'
import { Evictions } from './redis-evictions.ts'
import { endGracefully } from './shutdown.ts'
import { KEY_PREFIX, startRuntimes } from './start-runtimes.ts'
import { announce, warnOfMissingPosts } from './startup-lines.ts'
import { watchLoads } from './watch-loads.ts'

async function main(): Promise<void> {
  const env = readEnv(process.env)
  const logger = createLogger(env.LOG_LEVEL)
  if (env.WORKERS > 1 && cluster.isPrimary) process.exit(await superviseWorkers(env.WORKERS, logger))
  const names = await servedNames(env)
  checkStrategy(env, names)
  const database = createDatabase({
    url: env.DATABASE_URL,
    onError: (error) => logger.warn({ err: error }, 'database: an idle connection was lost'),
  })
  const redis = env.REDIS_URL === undefined ? undefined : await connectRedis(env.REDIS_URL, logger)
  await migrate(database, names.map(schemaName))
  await recordPromised(database, schemaName)
  const peers = env.PEERS === 1 ? await peerStrategies(env.REDIS_URL!, KEY_PREFIX) : []
  const runtimes = startRuntimes(env, database, redis, logger, { peers })
  await startOutboxes(runtimes)
  await warnOfMissingPosts(runtimes, env, logger)
  const stopWatching = await watchLoads(runtimes, database)

  const evictions = redis && new Evictions(redis)
  onOrder(obeyOrders(runtimes, evictions))

  const log = accessLog(logger)
  const app = createApp({
    runtimes,
    logger,
    log,
    adminToken: env.ADMIN_TOKEN,
    parts: {
      database: () => database.ping(),
      redis: redis && (() => redis.ping()),
      outbox: () => outboxLag(runtimes),
    },
    evictions,
    pool: database.pool,
  })
  const server = createProblemServer(app.fetch, logger, log)
  const address = await listen(server, env)
  announce(address, env, redis, runtimes, logger)

  endGracefully(
    server,
    async () => {
      stopWatching()
      await closeOutboxes(runtimes)
      await runtimes.close()
      redis?.disconnect()
      await database.close()
    },
    logger,
  )
}

try {
  await main()
} catch (error) {
  // One line for what the operator can put right; anything else with its stack.
  const message = error instanceof EnvError || (error instanceof Error && 'code' in error) ? error.message : error
  console.error(message)
  process.exit(1)
}
