/** A Redis user without permission for a command: the store works without it, or one line names the command and the rule. */
import { type PrivateRedis, startRedis } from 'local-servers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type CacheWarning, cacheAside, createCache, invalidate, stampedeLock } from '../src/index.ts'
import { redisStore } from '../src/redis/index.ts'
import { gate } from '../src/testing/index.ts'
import { ioredis6, kindsByTurn, type TestClient } from './clients.ts'

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
  { rule: '-get', outcomes: ['hit', 'miss', 'miss', true], says: /refuses (?:SET|EVALSHA):.*\+get/ },
  { rule: '-time', outcomes: ['hit', 'bypass', 'bypass', true], says: /refuses EVALSHA:.*\+time/ },
  { rule: '-evalsha', outcomes: ['hit', 'bypass', 'bypass', true], says: /refuses EVALSHA: NOPERM.*\+evalsha/ },
  { rule: '-getrange', outcomes: ['hit', 'miss', 'miss', true] },
  { rule: '-pttl', outcomes: ['hit', 'miss', 'miss', true] },
  { rule: '-set', outcomes: ['hit', 'bypass', 'bypass', true], says: /refuses (?:SET|EVALSHA):.*\+set/ },
  { rule: '-del', outcomes: ['hit', 'miss', 'miss', true], says: /refuses EVALSHA:.*\+del/ },
  { rule: '-unlink', outcomes: ['bypass', 'bypass', 'bypass', false], says: /refuses UNLINK: NOPERM.*\+unlink/ },
  {
    rule: 'resetkeys',
    outcomes: ['bypass', 'bypass', 'bypass', false],
    says: /refuses (?:MGET|UNLINK): NOPERM.*~PREFIX/,
  },
]

async function scriptsRun(admin: TestClient): Promise<number> {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(String(await admin.send('INFO', 'commandstats')))?.[1])
}

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
    return { cache, store, warnings, allow, admin }
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

  it.each([
    ['-publish', /^Redis refuses PUBLISH: .*can't run this command.*\+publish/],
    ['-subscribe', /^Redis refuses SUBSCRIBE: NOPERM.*\+subscribe/],
    ['resetchannels', /^Redis refuses SUBSCRIBE: NOPERM.*&PREFIX\*/],
    ['resetchannels &others', /^Redis refuses SUBSCRIBE: NOPERM.*&PREFIX\*/],
  ])('lets readers ask again and again with %s, and reports it once', async (rules, says) => {
    const { store, warnings, allow, admin } = await open('-debug')
    await allow(...rules.split(' '))
    const other = await kind.connect(`redis://u:right@127.0.0.1:${server.port}`)
    ends.unshift(() => other.disconnect())
    const second = redisStore({
      client: other.client,
      prefix: '-debug:',
      onWarning: (warning) => warnings.push(warning),
    })
    ends.unshift(() => second.close())
    const locking = { read: stampedeLock(), write: invalidate() }
    const holder = createCache<string>({ store, ...locking })
    const waiter = createCache<string>({ store: second, ...locking })
    for (const key of [1, 2, 3].map((n) => `${rules} ${n}`)) {
      const loading = gate()
      const loaded = holder.read(key, async () => {
        await loading.pass()
        return 'v'
      })
      await loading.reached
      const before = await scriptsRun(admin)
      const reading = waiter.read(key, async () => 'own')
      await expect.poll(async () => (await scriptsRun(admin)) - before, { timeout: 5_000 }).toBeGreaterThan(3)
      loading.open()
      expect([(await loaded).outcome, (await reading).value]).toEqual(['miss', 'v'])
    }
    expect(store.health().isUsable).toBe(true)
    expect(warnings).toEqual([{ code: 'COMMAND_REFUSED', message: expect.stringMatching(says) }])
  })

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
