/** `pnpm worker`: keeps the list, the report and the hottest posts warm. Any number of these processes can run. */
import { createDatabase, migrate, schemaName } from 'posts-db'
import { type StrategyName, strategies, strategyNames } from 'strategies'
import { type Env, EnvError, isNamed, readEnv } from './process/env.ts'
import { connectRedis } from './process/redis-connection.ts'
import { runMain } from './process/run-main.ts'
import { endGracefully } from './process/shutdown.ts'
import { namedStrategy } from './strategies/named-strategy.ts'
import { startInstances } from './strategies/start-instances.ts'
import { createLogger } from './telemetry/logger.ts'
import { checkQueuePolicy } from './worker/queue-policy.ts'
import { startWorker } from './worker/start-worker.ts'
import { HOTTEST } from './worker/tasks.ts'
import { queuePrefix } from './worker/worker-state.ts'

async function main(): Promise<void> {
  const env = readEnv(process.env)
  const logger = createLogger(env.LOG_LEVEL)
  const names = workerStrategies(env)
  const { CACHE_STORE, REDIS_URL, REDIS_PREFIX } = env
  if (CACHE_STORE === 'memcached' || CACHE_STORE === 'memory') {
    throw new EnvError(
      `CACHE_STORE is "${CACHE_STORE}"; the worker needs entries kept in Redis, since the API would never read others; ` +
        'allowed: auto, redis',
    )
  }
  if (REDIS_URL === undefined) {
    throw new EnvError("REDIS_URL is not set; the worker needs the API's Redis for the entries and its jobs")
  }
  const redis = await connectRedis(REDIS_URL, logger)
  const { host, port } = redis.options
  if (redis.status !== 'ready') {
    throw new EnvError(`the worker needs Redis, but none answers at ${host}:${port}; start it, or correct REDIS_URL`)
  }
  await checkQueuePolicy(redis)
  // On each connection, BullMQ warns of every policy but noeviction. The relevant part was checked above.
  console.warn = (...words) => logger.debug({ words }, 'queue: a warning')
  const database = createDatabase({
    url: env.DATABASE_URL,
    onError: (error) => logger.warn({ err: error }, 'database: an idle connection was lost'),
    onWarning: (line) => logger.warn(`database: ${line}`),
  })
  await migrate(database, names.map(schemaName))
  // The API delivers out-of-band changes. The worker serves no reads, and the API's invalidations also refuse or drop its fills.
  const scope = { names, withOutboxes: false }
  const instances = startInstances({ ...env, CACHE_STRATEGY: names[0]! }, database, redis, logger, scope)
  const worker = await startWorker({
    redisUrl: REDIS_URL,
    prefix: REDIS_PREFIX,
    ttlMs: env.CACHE_TTL_MS,
    instances,
    client: redis,
    logger,
  })
  const seconds = (ms: number) => `${ms / 1_000} s`
  logger.info(
    `worker: keeps list, report and the ${HOTTEST} hottest posts of ${names.join(', ')} warm: one load every ` +
      `${seconds(worker.timing.everyMs)} with a TTL of ${seconds(env.CACHE_TTL_MS)}; ` +
      `jobs in Redis at ${host}:${port}, keys ${queuePrefix(REDIS_PREFIX)}:…`,
  )

  endGracefully(logger, 'finishing active jobs', async () => {
    if (!(await worker.close())) logger.warn('a job did not end in time; another worker will restart it')
    await instances.close()
    redis.disconnect()
    await database.close()
  })
}

/** @throws EnvError for a strategy without entries in Redis */
function workerStrategies({ WORKER_STRATEGIES, CACHE_STRATEGY }: Env): StrategyName[] {
  const names = WORKER_STRATEGIES ?? (isNamed(CACHE_STRATEGY) ? [CACHE_STRATEGY] : [])
  const kept = strategyNames.filter((name) => {
    return strategies[name].storeKind !== 'memory' && namedStrategy(name, undefined, '').storeKind !== 'none'
  })
  const without = names.find((name) => !kept.includes(name))
  if (names.length > 0 && without === undefined) return [...new Set(names)]
  const variable = WORKER_STRATEGIES === undefined ? 'CACHE_STRATEGY' : 'WORKER_STRATEGIES'
  throw new EnvError(
    `${variable} is "${without ?? CACHE_STRATEGY}", which keeps nothing in Redis for the worker to keep warm; ` +
      `set WORKER_STRATEGIES to some of ${kept.join(', ')}`,
  )
}

await runMain(main)
