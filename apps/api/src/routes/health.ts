import type { Api } from '../http/api-types.ts'
import type { QueueState } from '../strategies/flushers.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'

export interface Parts {
  /** Rejects when the database doesn't answer. */
  readonly database: () => Promise<unknown>
  /** Rejects when Redis doesn't answer. Undefined if it is not used. */
  readonly redis: (() => Promise<unknown>) | undefined
  /** Rejects when memcached doesn't answer. Undefined if it is not used. */
  readonly memcached?: (() => Promise<unknown>) | undefined
  /** Rejects when the database doesn't answer. */
  readonly outbox: () => Promise<{ undelivered: number; lagSeconds: number }>
  /** Rejects when Redis doesn't answer. Undefined if no strategy queues writes. */
  readonly queue?: (() => Promise<QueueState>) | undefined
}

/** The normal lag is 0.2 s. */
const BEHIND_SECONDS = 5

/** `/healthz`: this process is alive. `/readyz`: its servers answer. */
export function healthRoutes(app: Api, instances: Pick<StrategyInstances, 'all'>, parts: Parts): void {
  app.get('/healthz', (context) => context.json({ status: 'ok' }))

  app.get('/readyz', async (context) => {
    const [database, redis, memcached, outbox, queue] = await Promise.all([
      stateOf(parts.database),
      parts.redis ? stateOf(parts.redis) : 'not used',
      parts.memcached ? stateOf(parts.memcached) : 'not used',
      outboxState(parts.outbox),
      queueState(parts.queue),
    ])
    const stores = troubles(instances)
    // Without the store, reads are answered from the database. Without the database, they fail.
    const isAway = redis === 'down' || memcached === 'down'
    const isBehind = outbox.state !== 'up' || (queue.state !== 'up' && queue.state !== 'not used')
    const degraded = isAway || isBehind || stores.length > 0
    const status = database === 'down' ? 'not ready' : degraded ? 'degraded' : 'ready'
    return context.json(
      { status, parts: { database, redis, memcached, outbox, queue, stores } },
      database === 'down' ? 503 : 200,
    )
  })
}

/** Groups the strategies by reason: most of them share a server. */
function troubles({ all }: Pick<StrategyInstances, 'all'>) {
  const strategiesByReason = Map.groupBy(all, ({ trouble }) => trouble ?? '')
  strategiesByReason.delete('')
  return [...strategiesByReason].map(([reason, those]) => ({ reason, strategies: those.map(({ name }) => name) }))
}

async function stateOf(ask: () => Promise<unknown>): Promise<'up' | 'down'> {
  try {
    await ask()
    return 'up'
  } catch {
    return 'down'
  }
}

/** While the outbox is behind, writes of other processes and writes around the API may become visible late. */
async function outboxState(ask: Parts['outbox']) {
  try {
    const lag = await ask()
    return { state: lag.lagSeconds > BEHIND_SECONDS ? 'behind' : 'up', ...lag }
  } catch {
    return { state: 'down', undelivered: null, lagSeconds: null }
  }
}

/** While the queue is behind, lists lack the last writes. A dead letter is an acknowledged write that the database refused. */
async function queueState(ask: Parts['queue']) {
  const unknown = { depth: null, lagSeconds: null, deadLetters: null }
  if (ask === undefined) return { state: 'not used', ...unknown }
  try {
    const { bytes: _, ...queue } = await ask()
    const isBehind = queue.lagSeconds > BEHIND_SECONDS
    return { state: queue.deadLetters > 0 ? 'dead letters' : isBehind ? 'behind' : 'up', ...queue }
  } catch {
    return { state: 'down', ...unknown }
  }
}
