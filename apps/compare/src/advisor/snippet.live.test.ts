/** Writes every snippet to its own file, type-checks it as a user's would be, and runs it on a real Redis. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Cache, type ReadStrategy, systemRuntime } from 'cache-core'
import { defaultTuning, strategies, strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { guaranteeAt, readFactory, readOptions } from './guarantee.ts'
import { snippet } from './snippet.ts'

const run = promisify(execFile)
const tuning = defaultTuning

const used = strategyNames
  .filter((name) => name !== 'no-cache' && strategies[name].breaks === undefined)
  .flatMap((name) => ['redis', 'memory'].map((store) => ({ name, store })))

/** Inside the package, so that imports resolve. */
let folder: string

beforeAll(async () => {
  vi.stubEnv('REDIS_URL', process.env.TEST_REDIS_URL)
  folder = await mkdtemp(join(import.meta.dirname, '../../.snippets-'))
  await writeFile(join(folder, 'tsconfig.json'), '{ "extends": "../../../tsconfig.base.json", "include": ["*.ts"] }')
})
afterAll(() => rm(folder, { recursive: true }))

const fileOf = ({ name, store }: { name: string; store: string }) => join(folder, `${name}-over-${store}.ts`)

describe('the snippets', () => {
  it.each(used)('of $name over $store runs', async ({ name, store }) => {
    const row = strategies[name]
    const made = { name, read: row.read(tuning).name, write: row.write().name, store, tuning }
    const code = snippet(made, 60_000)
    expect(code, `cache-core exports the parts of ${name} by name`).toBeDefined()
    await writeFile(fileOf({ name, store }), code!)

    const { cache }: { cache: Cache<unknown> } = await import(fileOf({ name, store }))
    expect(cache.guarantee).toMatchObject(guaranteeAt(made, 60_000)!)
    const key = `post:${name}:${process.pid}`
    let title = 'old'
    const read = () => cache.read(key, async () => ({ title }))
    // Until the client is connected, reads bypass the cache.
    await vi.waitFor(async () => expect((await read()).outcome).toBe('hit'))
    await cache.write({ keys: [key] }, async () => {
      title = 'new'
      return { title }
    })
    expect((await read()).value).toEqual({ title: cache.guarantee.readAfterWriteOf === 'none' ? 'old' : 'new' })
  })

  it('type-check', async () => {
    const tsc = join(import.meta.dirname, '../../../../node_modules/.bin/tsc')
    const { stdout } = await run(tsc, ['-p', folder]).catch((error: { stdout: string }) => error)
    expect(stdout).toBe('')
  }, 120_000)
})

/** Everything that decides a read: lifetime, guarantee, and the verdict for each age of an entry. */
function readsLike(strategy: ReadStrategy) {
  const { lifetime, guarantee } = strategy
  if (lifetime === undefined) throw new Error(`${strategy.name} keeps nothing`)
  const runtime = { ...systemRuntime, random: () => 0.5 }
  const verdicts = [0, 0.7, 0.85, 0.99, 1, 2, 5, 20].map((ttls) => {
    const entry = { loadedAt: 0, freshUntil: lifetime.ttlMs, loadMs: 10_000 } as Parameters<typeof strategy.evaluate>[0]
    return strategy.evaluate(entry, { key: 'a', runtime, now: ttls * lifetime.ttlMs })
  })
  return { lifetime, guarantee, verdicts }
}

describe('the code', () => {
  it.each(used.filter(({ store }) => store === 'redis'))(
    'of $name builds the same strategy as its row in the table, with the same tuning',
    ({ name }) => {
      const row = strategies[name]
      for (const tuning of [defaultTuning, { ttlMs: 9_000, leaseMs: 700, staleMs: 30_000, beta: 3 }]) {
        const read = row.read(tuning)
        const options = readOptions(
          { name, read: read.name, write: row.write().name, store: 'redis', tuning },
          tuning.ttlMs,
        )
        expect(readsLike(readFactory(read.name)!(options))).toEqual(readsLike(read))
      }
    },
  )

  it('writes out all options of a strategy with more than a TTL', () => {
    const made = { name: 'stale-while-revalidate', read: 'stale-while-revalidate', write: 'invalidate', store: 'redis' }
    expect(snippet(made, 6_000)).toContain(
      'staleWhileRevalidate({ ttlMs: 6_000, staleMs: 300_000, staleIfErrorMs: 300_000 })',
    )
    expect(snippet({ ...made, tuning: { staleMs: 20_000 } }, 6_000)).toContain(
      'staleMs: 20_000, staleIfErrorMs: 20_000',
    )
    const early = { ...made, name: 'xfetch', read: 'xfetch' }
    expect(snippet(early, 6_000)).toContain('xfetch({ ttlMs: 6_000 })')
    expect(snippet({ ...early, tuning: { beta: 1.5 } }, 6_000)).toContain('xfetch({ ttlMs: 6_000, beta: 1.5 })')
  })
})

describe('snippet', () => {
  it('is undefined for strategies that cache-core does not have', () => {
    expect(snippet({ name: 'no-cache', read: 'no-cache', write: 'expire-only', store: 'none' }, 1)).toBeUndefined()
    expect(snippet({ name: 'peer:a', read: 'getOrSet', write: 'delete', store: 'redis' }, 1)).toBeUndefined()
  })

  it('writes the TTL as code does', () => {
    const made = { name: 'manual-invalidation', read: 'cache-aside', write: 'invalidate', store: 'memory' }
    const code = (ttlMs: number) => snippet(made, ttlMs)
    expect(code(900)).toContain('cacheAside({ ttlMs: 900 })')
    expect(code(3_600_000)).toContain('cacheAside({ ttlMs: 3_600_000 })')
  })
})
