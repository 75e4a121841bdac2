import type { Registry } from 'prom-client'
import type { Api } from '../api-types.ts'

/** `/metrics`, as Prometheus scrapes it. */
export function metricsRoute(app: Api, registry: Registry): void {
  app.get('/metrics', async () => {
    return new Response(await registry.metrics(), { headers: { 'Content-Type': registry.contentType } })
  })
}
