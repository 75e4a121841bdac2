import type { Registry } from 'prom-client'
import type { Api } from '../http/api-types.ts'

/** `/metrics` for Prometheus. */
export function metricsRoute(app: Api, registry: Registry): void {
  app.get('/metrics', async () => {
    return new Response(await registry.metrics(), { headers: { 'Content-Type': registry.contentType } })
  })
}
