import type { Api } from '../http/api-types.ts'
import { routesOf } from '../http/route-list.ts'

/** `/`: a list of all routes. Added last, since it lists the routes added before it. */
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
<p>The same posts under every cache strategy: add <code>?strategy=NAME</code>
with a name from <a href="/api/strategies">/api/strategies</a>.</p>
<table>
${rows.join('\n')}
</table>
</html>
`
  app.get('/', (context) => context.html(page))
}
