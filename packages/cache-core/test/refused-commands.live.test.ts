/** A Redis user without permission for a command: the store works without it, or one line names the command and the rule. */
import { type PrivateRedis, startRedis } from 'local-servers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type CacheWarning, cacheAside, createCache, invalidate } from '../src/index.ts'
import { redisStore } from '../src/redis/index.ts'
import { ioredis6, kindsByTurn } from './clients.ts'

/** The effect of a missing command. */
interface Without {
  /** The rule that forbids it. */
  readonly rule: string
  /** The outcomes of a read of a cached key, of a new key, of a tagged key, and of an invalidation. */
  readonly outcomes: readonly [cached: string, fresh: string, tagged: string, isConfirmed: boolean]
  /** The text of the warning. Absent: no warning. */
  readonly says?: RegExp
}

const COMMANDS: readonly Without[] = [
  { rule: '-ping', outcomes: ['hit', 'miss', 'miss', true] },
  { rule: '-info', outcomes: ['hit', 'miss', 'miss', true] },
  { rule: '-scan', outcomes: ['hit', 'miss', 'miss', true] },
  { rule: '-eval', outcomes: ['hit', 'miss', 'miss', true] },
  { rule: '-select', outcomes: ['hit', 'miss', 'miss', true] },
  { rule: '-client', outcomes: ['hit', 'miss', 'miss', true] },
  { rule: '-mget', outcomes: ['bypass', 'bypass', 'bypass', true], says: /refuses MGET: NOPERM.*\+mget/ },
  { rule: '-get', outcomes: ['hit', 'bypass', 'bypass', true], says: /refuses (?:SET|EVALSHA):.*\+get/ },
  { rule: '-time', outcomes: ['hit', 'bypass', 'bypass', true], says: /refuses EVALSHA:.*\+time/ },
  { rule: '-evalsha', outcomes: ['hit', 'bypass', 'bypass', true], says: /refuses EVALSHA: NOPERM.*\+evalsha/ },
  { rule: '-getrange', outcomes: ['hit', 'miss', 'miss', true] },
  { rule: '-pttl', outcomes: ['hit', 'miss', 'miss', true], says: /refuses EVALSHA:.*\+pttl/ },
  { rule: '-set', outcomes: ['hit', 'bypass', 'bypass', true], says: /refuses (?:SET|EVALSHA):.*\+set/ },
  { rule: '-del', outcomes: ['hit', 'miss', 'miss', true], says: /refuses EVALSHA:.*\+del/ },
  { rule: '-unlink', outcomes: ['bypass', 'bypass', 'bypass', false], says: /refuses UNLINK: NOPERM.*\+unlink/ },
  {
    rule: 'resetkeys',
    outcomes: ['bypass', 'bypass', 'bypass', false],
    says: /refuses (?:MGET|UNLINK): NOPERM.*~PREFIX/,
  },
]

describe.each(kindsByTurn)('by $name', (kind) => {
  let server: PrivateRedis
  const ends: (() => unknown)[] = []

  beforeAll(async () => {
    server = await startRedis()
  })
  afterEach(async () => {
    for (const end of ends.splice(0)) await end()
  })
  afterAll(() => server.stop())

  async function open(rule: string) {
    const admin = await ioredis6.connect(server.url)
    ends.unshift(() => admin.disconnect())
    const allow = (...rules: string[]) => admin.send('ACL', 'SETUSER', 'u', ...rules)
    await allow('reset', 'on', '>right', '~*', '&*', '+@all')
    const client = await kind.connect(`redis://u:right@127.0.0.1:${server.port}`)
    ends.unshift(() => client.disconnect())
    const warnings: CacheWarning[] = []
    const prefix = `${rule}:`
    const store = redisStore({ client: client.client, prefix, onWarning: (warning) => warnings.push(warning) })
    ends.unshift(() => store.close())
    const cache = createCache<string>({ store, read: cacheAside(), write: invalidate() })
    await cache.read('cached', async () => 'v')
    await allow(rule)
    // The server already knows the scripts; otherwise EVAL would be needed.
    return { cache, store, warnings, allow, client }
  }

  it.each(COMMANDS)('without $rule', async ({ rule, outcomes, says }) => {
    const { cache, store, warnings } = await open(rule)
    const read = async (key: string, tags: string[] = []) => (await cache.read(key, async () => 'v', { tags })).outcome
    // Refusals are discovered by trying, so only the second calls show the lasting outcome.
    await cache.invalidate({ keys: ['other'] })
    await read('first')
    const seen = [await read('cached'), await read('fresh'), await read('tagged', ['t'])]
    expect([...seen, await cache.invalidate({ keys: ['more'] })]).toEqual(outcomes)
    const lines = warnings.map(({ code, message }) => `${code} ${message}`)
    if (says === undefined) {
      expect([lines, store.health()]).toEqual([[], { isUsable: true }])
    } else {
      expect(lines).toContainEqual(expect.stringMatching(says))
      expect(new Set(lines).size).toBe(lines.length)
      expect(store.health().reason).toMatch(/Redis refuses|NOPERM|no permissions/i)
    }
  })

  it.each(['-scan', '-@keyspace', '-@dangerous -scan'])(
    'refuses to invalidate everything with %s, and continues',
    async (rules) => {
      const { cache, store, warnings, allow } = await open('-scan')
      await allow(...rules.split(' '))
      const everything = cache.invalidateAll()
      await expect(everything).rejects.toMatchObject({
        code: 'COMMAND_REFUSED',
        message: expect.stringMatching(/scan/),
      })
      expect(warnings).toEqual([
        { code: 'COMMAND_REFUSED', message: expect.stringMatching(/refuses SCAN: NOPERM.*; .*\+scan/) },
      ])
      expect(store.health()).toEqual({ isUsable: true, reason: expect.stringContaining('+scan') })
      await allow('+@all')
      await expect
        .poll(async () => [await cache.invalidateAll(), store.health()], { timeout: 3_000, interval: 200 })
        .toEqual([true, { isUsable: true }])
      expect((await cache.read('cached', async () => 'w')).value).toBe('w')
    },
  )

  it('uses the command again once it is allowed, and does not repeat the warning', async () => {
    const { cache, store, warnings, allow } = await open('-evalsha')
    const read = async (key: string) => (await cache.read(key, async () => 'v')).outcome
    expect([await read('a'), await read('a')]).toEqual(['bypass', 'bypass'])
    await allow('+evalsha')
    expect([await read('a'), await read('a')]).toEqual(['miss', 'hit'])
    let next = 0
    await expect
      .poll(async () => [await read(`${next++}`), store.health()], { timeout: 3_000, interval: 100 })
      .toEqual(['miss', { isUsable: true }])
    await allow('-evalsha')
    expect([await read('b'), await read('b')]).toEqual(['bypass', 'bypass'])
    expect(warnings).toHaveLength(1)
  })

  it('refuses to start on another database without SELECT', async () => {
    const { allow } = await open('-select')
    await allow('-select')
    const client = kind.make(`redis://u:right@127.0.0.1:${server.port}/5`)
    ends.unshift(() => client.disconnect())
    const store = redisStore({ client: client.client, prefix: 'other:' })
    ends.unshift(() => store.close())
    void client.reconnect().catch(() => {})
    const cache = createCache<string>({ store, read: cacheAside(), write: invalidate() })
    await expect
      .poll(async () => [(await cache.read('k', async () => 'v')).outcome, store.health().reason], { timeout: 3_000 })
      .toEqual(['bypass', expect.stringMatching(/select/)])
  })
})
