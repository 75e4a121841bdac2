import type { Api } from '../api-types.ts'
import { routesOf } from '../route-list.ts'

/** `/`: what there is to ask for. Added last, since it lists the routes added before it. */
export function indexPageRoute(app: Api): void {
  const rows = routesOf(app).map(({ path, methods }) => {
    const call = methods.includes('GET') && !path.includes(':') ? `<a href="${path}">${path}</a>` : path
    return `<tr><td>${methods.join(', ')}</td><td>${call}</td></tr>`
  })
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Cache strategies side by side</title>
<h1>Cache strategies side by side</h1>
<p>The same posts under every cache strategy: add <code>?strategy=NAME</code>,
of those in <a href="/api/strategies">/api/strategies</a>.</p>
<table>
${rows.join('\n')}
</table>
</html>
`
  app.get('/', (context) => context.html(page))
}
