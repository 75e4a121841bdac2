/**
 * How long it takes to invalidate a tag that covers many entries, beside one that covers 1.
 * `node --conditions=workspace-source bench/invalidate-tag.ts [ENTRIES] [ROUNDS]`, by default 1,000,000 and 500.
 *
 * Prints one line of JSON: without and with 2 processes of `tieredStore` that keep 10,000 of the entries near and are notified of
 * each change. `many` and `one`: quartiles of the times, in µs, of rounds that alternate. `ratio`: of the medians. `sent`: the commands that
 * Redis counted per invalidation.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { startRedis } from 'local-servers'
import { quantilesOf } from 'workload'
import { type Cache, cacheAside, createCache, invalidate, type Store } from '../src/index.ts'
import { redisOptions, redisStore, tieredStore } from '../src/redis/index.ts'

const PREFIX = 'tags:'
const LISTENERS = 2
const NEAR = 10_000
const AT_ONCE = 500
const VALUE = 'x'.repeat(350)

function cacheOver(store: Store): Cache<string> {
  return createCache({ store, read: cacheAside({ ttlMs: 3_600_000 }), write: invalidate() })
}

async function connected(url: string): Promise<Redis> {
  const client = new Redis(url, { ...redisOptions, lazyConnect: true })
  await client.connect()
  return client
}

/** Calls `work` with 0 to `count` - 1, a few hundred calls at a time. */
async function each(count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => work(from + i)))
  }
}

async function listen(url: string): Promise<void> {
  const cache = cacheOver(tieredStore({ client: await connected(url), prefix: PREFIX }))
  const read = (n: number) => cache.read(`k${n}`, async () => VALUE, { tags: ['many'] })
  // Twice: what is read while the connection for changes is being opened is not kept.
  for (let times = 0; times < 2; times++) {
    await each(NEAR, read)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  let near = 0
  for (let n = 0; n < NEAR; n++) if (cache.peek(`k${n}`, { tags: ['many'] }) !== undefined) near++
  process.send!(near)
  process.on('message', () => process.exit())
}

async function commandsSoFar(admin: Redis): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))![1])
}

async function measure(cache: Cache<string>, admin: Redis, rounds: number) {
  const times = { many: [] as number[], one: [] as number[] }
  const time = async (tag: 'many' | 'one') => {
    const start = performance.now()
    await cache.invalidate({ tags: [tag] })
    times[tag].push((performance.now() - start) * 1_000)
  }
  const before = await commandsSoFar(admin)
  for (let round = 0; round < rounds; round++) {
    for (const tag of round % 2 === 0 ? (['many', 'one'] as const) : (['one', 'many'] as const)) await time(tag)
  }
  const sent = (await commandsSoFar(admin)) - before
  const rounded = (numbers: readonly number[]) => {
    const quantile = quantilesOf(numbers)
    return [0.25, 0.5, 0.75].map((q) => Math.round(quantile(q)))
  }
  const [many, one] = [rounded(times.many), rounded(times.one)]
  return {
    many,
    one,
    ratio: Math.round((many[1]! / one[1]!) * 100) / 100,
    sent: Math.round((sent / rounds / 2) * 10) / 10,
  }
}

async function main([entries = '1000000', rounds = '500']: readonly string[]): Promise<void> {
  // Not limited as servers of tests are: a million entries take some 600 MB.
  const redis = await startRedis({ args: ['--maxmemory', '0'] })
  const admin = await connected(redis.url)
  const client = await connected(redis.url)
  const listeners: ChildProcess[] = []
  try {
    const cache = cacheOver(redisStore({ client, prefix: PREFIX }))
    await each(Number(entries), (n) => cache.set(`k${n}`, VALUE, { tags: ['many'] }))
    await cache.set('single', VALUE, { tags: ['one'] })
    const stored = await admin.dbsize()
    const alone = await measure(cache, admin, Number(rounds))
    // The entries again: the ones above are invalidated.
    await each(NEAR, (n) => cache.set(`k${n}`, VALUE, { tags: ['many'] }))
    const near = await Promise.all(
      Array.from({ length: LISTENERS }, async () => {
        const child = fork(import.meta.filename, ['listen', redis.url])
        listeners.push(child)
        return (await once(child, 'message'))[0] as number
      }),
    )
    const told = await measure(cache, admin, Number(rounds))
    console.log(JSON.stringify({ stored, rounds: Number(rounds), alone, listeners: { near, ...told } }))
  } finally {
    for (const child of listeners) child.kill()
    client.disconnect()
    admin.disconnect()
    await redis.stop()
  }
}

if (process.argv[2] === 'listen') await listen(process.argv[3]!)
else await main(process.argv.slice(2))
