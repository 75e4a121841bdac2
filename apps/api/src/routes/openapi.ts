import type { Api } from '../http/api-types.ts'
import { openApiDocument } from '../openapi/document.ts'

/** `/openapi.json`, generated once. */
export function openApiRoute(app: Api): void {
  let document: string | undefined
  app.get('/openapi.json', () => {
    document ??= JSON.stringify(openApiDocument())
    return new Response(document, { headers: { 'Content-Type': 'application/json' } })
  })
}
