import { findPostgresServer, installPostgresHint } from './find-postgres-server.ts'
import { findFaketime, installFaketimeHint } from './shifted-clock.ts'
import { findHaproxy, installHaproxyHint } from './start-haproxy.ts'
import { findPgBouncer, installPgBouncerHint } from './start-pgbouncer.ts'
import { findPrometheus, installPrometheusHint } from './start-prometheus.ts'
import { findToxiproxy, installToxiproxyHint } from './start-toxiproxy.ts'

const tools = {
  postgres: { find: () => findPostgresServer(), hint: installPostgresHint },
  toxiproxy: { find: findToxiproxy, hint: installToxiproxyHint },
  pgbouncer: { find: findPgBouncer, hint: installPgBouncerHint },
  haproxy: { find: findHaproxy, hint: installHaproxyHint },
  prometheus: { find: findPrometheus, hint: installPrometheusHint },
  faketime: { find: findFaketime, hint: installFaketimeHint },
}

/**
 * Whether a tool for tests that break servers is missing, so that they are skipped. Prints which tool, and how to install it.
 * Always false in CI, where a missing tool must fail the tests.
 */
export function lacksTools(...names: (keyof typeof tools)[]): boolean {
  if (process.env.CI) return false
  const missing = names.filter((name) => tools[name].find() === undefined)
  for (const name of missing) console.warn(`skipped, since ${name} is missing: ${tools[name].hint}`)
  return missing.length > 0
}
