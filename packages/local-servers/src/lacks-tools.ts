import { findPostgresServer, installPostgresHint } from './find-postgres-server.ts'
import { findFaketime, installFaketimeHint } from './shifted-clock.ts'
import { findToxiproxy, installToxiproxyHint } from './start-toxiproxy.ts'

const tools = {
  postgres: { find: () => findPostgresServer(), hint: installPostgresHint },
  toxiproxy: { find: findToxiproxy, hint: installToxiproxyHint },
  faketime: { find: findFaketime, hint: installFaketimeHint },
}

/**
 * Whether tests that break servers have to be left out here, because a tool is missing: then it says which, and how to install
 * it. `pnpm test` asks for nothing but Redis. Under CI never: there all tools are to be present, and who lacks one fails.
 */
export function lacksTools(...names: (keyof typeof tools)[]): boolean {
  if (process.env.CI) return false
  const missing = names.filter((name) => tools[name].find() === undefined)
  for (const name of missing) console.warn(`left out, for want of ${name}: ${tools[name].hint}`)
  return missing.length > 0
}
