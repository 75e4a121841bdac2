import type { Api } from '../api-types.ts'

export interface Parts {
  /** Rejects when the database doesn't answer. */
  readonly database: () => Promise<unknown>
  /** Rejects when Redis doesn't answer. Undefined where memory is used. */
  readonly redis: (() => Promise<unknown>) | undefined
  /** Rejects when the database doesn't answer. */
  readonly outbox: () => Promise<{ undelivered: number; lagSeconds: number }>
}

/** It takes a fifth of a second when all is well. */
const BEHIND_SECONDS = 5

/** `/healthz`: this process serves. `/readyz`: what it needs is there. */
export function healthRoutes(app: Api, parts: Parts): void {
  app.get('/healthz', (context) => context.json({ status: 'ok' }))

  app.get('/readyz', async (context) => {
    const [database, redis, outbox] = await Promise.all([
      stateOf(parts.database),
      parts.redis ? stateOf(parts.redis) : 'not used',
      outboxState(parts.outbox),
    ])
    // Without Redis every read still gets its answer, from the database; without the database there are no answers.
    const degraded = redis === 'down' || outbox.state !== 'up'
    const status = database === 'down' ? 'not ready' : degraded ? 'degraded' : 'ready'
    return context.json({ status, parts: { database, redis, outbox } }, database === 'down' ? 503 : 200)
  })
}

async function stateOf(ask: () => Promise<unknown>): Promise<'up' | 'down'> {
  try {
    await ask()
    return 'up'
  } catch {
    return 'down'
  }
}

/** While it is behind, other processes' writes and those around the API may be seen as late as it says. */
async function outboxState(ask: Parts['outbox']) {
  try {
    const lag = await ask()
    return { state: lag.lagSeconds > BEHIND_SECONDS ? 'behind' : 'up', ...lag }
  } catch {
    return { state: 'down', undelivered: null, lagSeconds: null }
  }
}
