import type { Api } from '../api-types.ts'

export interface Parts {
  /** Rejects when the database doesn't answer. */
  readonly database: () => Promise<unknown>
  /** Rejects when Redis doesn't answer. Undefined where memory is used. */
  readonly redis: (() => Promise<unknown>) | undefined
}

/** `/healthz`: this process serves. `/readyz`: what it needs is there. */
export function healthRoutes(app: Api, parts: Parts): void {
  app.get('/healthz', (context) => context.json({ status: 'ok' }))

  app.get('/readyz', async (context) => {
    const [database, redis] = await Promise.all([
      stateOf(parts.database),
      parts.redis ? stateOf(parts.redis) : 'not used',
    ])
    // Without Redis every read still gets its answer, from the database; without the database there are no answers.
    const status = database === 'down' ? 'not ready' : redis === 'down' ? 'degraded' : 'ready'
    return context.json({ status, parts: { database, redis } }, database === 'down' ? 503 : 200)
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
