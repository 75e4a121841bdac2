/** Every snippet is a file of its own: type-checked as a user's would be, then run on a real Redis. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Cache } from 'cache-core'
import { strategies, strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { guaranteeAt } from './guarantee.ts'
import { snippet } from './snippet.ts'

const run = promisify(execFile)
const tuning = { ttlMs: 60_000, leaseMs: 2_000 }

const used = strategyNames
  .filter((name) => name !== 'no-cache' && strategies[name].breaks === undefined)
  .flatMap((name) => ['redis', 'memory'].map((store) => ({ name, store })))

/** Inside the package, from where imports are resolved. */
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
    const made = { read: row.read(tuning).name, write: row.write().name, store }
    const code = snippet({ ...made, ttlMs: 60_000 })
    expect(code, `cache-core exports what ${name} is made of, by its name`).toBeDefined()
    await writeFile(fileOf({ name, store }), code!)

    const { cache }: { cache: Cache<unknown> } = await import(fileOf({ name, store }))
    expect(cache.guarantee).toMatchObject(guaranteeAt(made, 60_000)!)
    const key = `post:${name}:${process.pid}`
    let title = 'old'
    const read = () => cache.read(key, async () => ({ title }))
    // Until the client is connected, reads go past the cache.
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

describe('snippet', () => {
  it('is none for what cache-core does not have', () => {
    expect(snippet({ read: 'no-cache', write: 'expire-only', store: 'none', ttlMs: 1 })).toBeUndefined()
    expect(snippet({ read: 'getOrSet', write: 'delete', store: 'redis', ttlMs: 1 })).toBeUndefined()
  })

  it('writes the TTL as code does', () => {
    const code = (ttlMs: number) => snippet({ read: 'cache-aside', write: 'invalidate', store: 'memory', ttlMs })
    expect(code(900)).toContain('cacheAside({ ttlMs: 900 })')
    expect(code(3_600_000)).toContain('cacheAside({ ttlMs: 3_600_000 })')
  })
})
