import type { Api } from '../http/api-types.ts'
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
}

/** The normal lag is 0.2 s. */
const BEHIND_SECONDS = 5

/** `/healthz`: this process is alive. `/readyz`: its servers answer. */
export function healthRoutes(app: Api, instances: Pick<StrategyInstances, 'all'>, parts: Parts): void {
  app.get('/healthz', (context) => context.json({ status: 'ok' }))

  app.get('/readyz', async (context) => {
    const [database, redis, memcached, outbox] = await Promise.all([
      stateOf(parts.database),
      parts.redis ? stateOf(parts.redis) : 'not used',
      parts.memcached ? stateOf(parts.memcached) : 'not used',
      outboxState(parts.outbox),
    ])
    const stores = troubles(instances)
    // Without the store, reads are answered from the database. Without the database, they fail.
    const degraded = redis === 'down' || memcached === 'down' || outbox.state !== 'up' || stores.length > 0
    const status = database === 'down' ? 'not ready' : degraded ? 'degraded' : 'ready'
    return context.json(
      { status, parts: { database, redis, memcached, outbox, stores } },
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
