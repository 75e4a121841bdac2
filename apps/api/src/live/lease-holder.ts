/**
 * Takes the leases on a key under some strategies and never fills, until it is killed: a loader that dies while others wait for it.
 * Its argument is the JSON of `LeaseHolderPlan`; it sends the names of the strategies whose lease it holds.
 */
import { once } from 'node:events'
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { defaultTuning, type StrategyName } from 'strategies'
import { namedStrategy } from '../strategies/named-strategy.ts'
import { cacheReports } from '../telemetry/cache-reports.ts'
import { Counters } from '../telemetry/counters.ts'

export interface LeaseHolderPlan {
  readonly redisUrl: string
  /** Of all keys, before the strategy's name. */
  readonly prefix: string
  readonly strategies: readonly StrategyName[]
  readonly key: string
}

/** Another reader may be faster. */
const ATTEMPTS = 50

const { redisUrl, prefix, strategies, key } = JSON.parse(process.argv[2]!) as LeaseHolderPlan
process.on('disconnect', () => process.exit(0))
const client = new Redis(redisUrl, redisOptions)
client.on('error', () => {})
// Without a lease, the API answers 503; a stack in its log would not help.
if (client.status !== 'ready') await once(client, 'ready').catch(() => process.exit(1))
const taken = await Promise.all(strategies.map(async (name) => ((await takeLease(name)) ? name : undefined)))
process.send?.(taken.filter((name) => name !== undefined))

async function takeLease(name: StrategyName): Promise<boolean> {
  const counters = new Counters()
  const reports = cacheReports(name, counters, pino({ level: 'silent' }))
  const opened = namedStrategy(name, client, `${prefix}${name}:`).open(counters, reports, {
    highestStoredId: async () => '',
  })
  const cache = opened.cache({ ...defaultTuning, originDelayMs: 0 })
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await cache.invalidate({ keys: [key] })
    const isMine = Promise.withResolvers<boolean>()
    const load = () => {
      isMine.resolve(true)
      return new Promise<never>(() => {})
    }
    cache.read(key, load).then(
      () => isMine.resolve(false),
      () => isMine.resolve(false),
    )
    if (await isMine.promise) return true
  }
  return false
}
