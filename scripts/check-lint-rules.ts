/**
 * Writes violations of the rules in biome.jsonc into an empty tree, and fails unless lint reports every one: a rule that no
 * longer matches any file or import would otherwise look like one that holds.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const core = 'packages/cache-core/src'
const globals =
  'Date Temporal performance setTimeout setInterval setImmediate queueMicrotask crypto process console global globalThis'.split(
    ' ',
  )
/** Each line is one violation. */
const breaches: Record<string, string[]> = {
  'packages/strategies/test/a.ts': ["import '../../posts-db/src/index.ts'"],
  'packages/workload/src/a.ts': ["import 'cache-core/redis'", "import '../../history/src/index.ts'"],
  'packages/charts/src/a.ts': ["import 'strategies'", "import 'linkedom'", "import 'node:fs'"],
  'packages/strategies/src/a.ts': ["import 'posts-db'", "import 'cache-core/testing'"],
  'packages/posts-db/src/a.ts': ["import 'cache-core'", "import 'strategies'"],
  'packages/history/src/a.ts': ["import 'local-servers'", "import 'posts-db'"],
  'apps/api/src/a.ts': ["import 'local-servers'", "import 'cache-core/testing'", "export const a = import('peers')"],
  'apps/compare/src/a.ts': ["import 'peers'", "import '../../api/src/main.ts'"],
  'apps/compare/src/report/html/a.ts': ["import 'history'", "import 'node:fs'", "import 'linkedom'"],
  'apps/bench/src/a.ts': ["import 'strategies'", "import 'cache-core/testing'", "import '../../api/src/main.ts'"],
  'apps/attacks/src/fuzz/a.ts': ["import '../soak/load.ts'", "import '../../../api/src/main.ts'"],
  'loadtests/lib/a.ts': ["import 'workload'", "import '../../packages/posts-db/src/index.ts'"],
  [`${core}/testing/a.ts`]: ["import 'strategies'"],
  [`${core}/a.ts`]: ["import './stores/memory.ts'", "import './testing/gate.ts'", "import 'node:timers'"],
  [`${core}/index.ts`]: ["export * from './redis/index.ts'", "export * from './testing/index.ts'"],
  [`${core}/strategies/a.ts`]: ["import 'node:fs'", "import 'lru-cache'", "import type { A } from '../redis/index.ts'"],
  [`${core}/ports/a.ts`]: ["import '../strategies/cache-aside.ts'", "import { encodeEntry } from '../entry.ts'"],
  [`${core}/stores/a.ts`]: ["import '../create-cache.ts'"],
  [`${core}/resilience/a.ts`]: ["import '../redis/index.ts'"],
  [`${core}/redis/a.ts`]: ["import '../testing/gate.ts'", "import { randomBytes } from 'node:crypto'"],
  [`${core}/hono/a.ts`]: ["import '../redis/index.ts'", "import { randomBytes } from 'node:crypto'"],
  [`${core}/memcached/a.ts`]: ["import '../redis/index.ts'", "import { randomBytes } from 'node:crypto'"],
  [`${core}/postgres/a.ts`]: ["import '../strategies/invalidate.ts'"],
  [`${core}/strategies/b.ts`]: ['export const now = Date.now()', 'setTimeout(() => {}, 1)', 'Math.random()'],
  [`${core}/b.ts`]: ['export const { random } = Math', 'AbortSignal.timeout(1)', ...globals],
  'packages/workload/src/traces/a.ts': ["export { b } from './b.ts'", "export type { C } from './c.ts'"],
  'packages/workload/src/traces/b.ts': ["export { a } from './a.ts'"],
  'packages/workload/src/traces/c.ts': ["import type { A } from './a.ts'"],
}
const rules = 'noRestrictedImports|noRestrictedGlobals|noJsRestrictedProperties|noImportCycles'
const error = new RegExp(
  String.raw`^::error title=lint/\w+/(?:${rules}),file=.*?/lint-rules-\w+/(.*?),line=(\d+)`,
  'gm',
)

const tree = mkdtempSync(join(tmpdir(), 'lint-rules-'))
process.once('exit', () => rmSync(tree, { recursive: true }))
cpSync(join(root, 'biome.jsonc'), join(tree, 'biome.jsonc'))
for (const [file, lines] of Object.entries(breaches)) {
  mkdirSync(dirname(join(tree, file)), { recursive: true })
  writeFileSync(join(tree, file), lines.join('\n'))
}
const lint = ['lint', '--vcs-enabled=false', '--reporter=github', '--max-diagnostics=none']
const { stdout } = spawnSync(join(root, 'node_modules/.bin/biome'), lint, { cwd: tree, encoding: 'utf8' })
const reported = new Set(Array.from(stdout.matchAll(error), ([, file, line]) => `${file}:${line}`))
const problems = Object.entries(breaches).flatMap(([file, lines]) =>
  lines.flatMap((code, i) => (reported.has(`${file}:${i + 1}`) ? [] : [`lint misses in ${file}: ${code}`])),
)
const all = `"{${readdirSync(join(root, 'packages')).sort().join(',')}}`
const lists = readFileSync(join(root, 'biome.jsonc'), 'utf8').match(/"\{cache-core,.*?\}/g) ?? []
if (lists.some((list) => list !== all)) problems.push(`a list of all packages in biome.jsonc differs from ${all}"`)
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
