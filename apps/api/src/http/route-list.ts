import type { Api } from './api-types.ts'

export interface KnownRoute {
  /** `/api/posts/:id` */
  readonly path: string
  /** GET implies HEAD. */
  readonly methods: readonly string[]
}

/** The app's routes so far, one per path. */
export function routesOf(app: Api): KnownRoute[] {
  const byPath = new Map<string, Set<string>>()
  for (const { method, path } of app.routes) {
    const methods = byPath.get(path) ?? new Set()
    methods.add(method)
    if (method === 'GET') methods.add('HEAD')
    byPath.set(path, methods)
  }
  return [...byPath].map(([path, methods]) => ({ path, methods: [...methods] }))
}

/** The route that matches Hono's `path`, regardless of the method. */
export function findRoute(routes: readonly KnownRoute[], path: string): KnownRoute | undefined {
  const segments = path.split('/')
  return routes.find((route) => {
    const pattern = route.path.split('/')
    return (
      pattern.length === segments.length &&
      pattern.every((part, i) => (part.startsWith(':') ? segments[i] !== '' : part === segments[i]))
    )
  })
}
