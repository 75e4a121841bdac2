/** What the public types accept and give back. `typecheck` holds it: nothing here runs. */
import { expectTypeOf } from 'vitest'
import { cachePage } from '../src/hono/index.ts'
import {
  bytesCodec,
  type Cache,
  type CacheEvent,
  type CacheStats,
  type CachingStrategy,
  cacheAside,
  createCache,
  type Guarantee,
  invalidate,
  type MemoryStoreOptions,
  memoryStore,
  noCache,
  type ReadResult,
  staleIfError,
  staleWhileRevalidate,
  type UncachedStrategy,
  type WriteResult,
  type WriteStrategy,
  writeThrough,
  xfetch,
} from '../src/index.ts'
import type { Outbox } from '../src/postgres/index.ts'
import { type RedisStoreOptions, redisStore } from '../src/redis/index.ts'

interface Post {
  readonly id: number
  readonly title: string
}

declare const findPost: (id: number) => Promise<Post | undefined>
declare const redisClient: RedisStoreOptions['client']

const store = memoryStore({ maxBytes: 1_000_000 })
const cache = createCache({ store, read: cacheAside({ ttlMs: 1_000 }), write: invalidate() })

// A read gives what its load gives. `undefined` from a load means that there is no such value.
const read = cache.read('post:1', () => findPost(1), { tags: ['posts'] })
expectTypeOf(read).resolves.toEqualTypeOf<ReadResult<Post>>()
expectTypeOf<ReadResult<Post>['value']>().toEqualTypeOf<Post | undefined>()
expectTypeOf<ReadResult<Post>['outcome']>().toEqualTypeOf<'hit' | 'stale' | 'miss' | 'collapsed' | 'bypass'>()
expectTypeOf(
  cache.read('n', async ({ signal, skip }) => {
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    return skip === undefined ? 1 : 2
  }),
).resolves.toExtend<ReadResult<number>>()

// A cache of one type takes no loads of another.
const numbers = createCache<number>({ store, read: cacheAside(), write: invalidate() })
// @ts-expect-error a string is no number
numbers.read('n', async () => 'one')
expectTypeOf(numbers.peek('n')).resolves.toEqualTypeOf<ReadResult<number> | undefined>()
// @ts-expect-error nor does it keep one
numbers.set('n', 'one')

// A write gives what its commit gives, and says whether the store has confirmed it.
const written = cache.write({ keys: ['post:1'], tags: ['posts'] }, async () => ({ id: 1, title: 'New' }))
expectTypeOf(written).resolves.toEqualTypeOf<WriteResult<{ id: number; title: string }>>()
expectTypeOf<WriteResult<Post>['isConfirmed']>().toEqualTypeOf<boolean>()
numbers.write({ keys: ['n'], value: (committed: number) => committed }, async () => 2)
// @ts-expect-error the value is made from what the commit resolved to
numbers.write({ keys: ['n'], value: (committed: string) => committed.length }, async () => 2)

expectTypeOf(cache.invalidate({ tags: ['posts'] })).resolves.toEqualTypeOf<boolean>()
// @ts-expect-error tags are a list
cache.invalidate({ tags: 'posts' })
expectTypeOf(cache.stats()).toEqualTypeOf<Readonly<CacheStats>>()
expectTypeOf(cache.guarantee).toEqualTypeOf<Guarantee>()

// What strategies are, and which of them can be wrapped.
expectTypeOf(staleWhileRevalidate({ ttlMs: 1, staleMs: 2 })).toEqualTypeOf<CachingStrategy>()
expectTypeOf(noCache()).toEqualTypeOf<UncachedStrategy>()
expectTypeOf(writeThrough()).toEqualTypeOf<WriteStrategy>()
expectTypeOf(staleIfError(xfetch({ beta: 1 }), { forMs: 1_000 })).toEqualTypeOf<CachingStrategy>()
// @ts-expect-error what keeps nothing has nothing to fall back on
staleIfError(noCache(), { forMs: 1_000 })
// @ts-expect-error an option that there is not
cacheAside({ ttl: 1_000 })

// Stores.
expectTypeOf<MemoryStoreOptions['maxBytes']>().toEqualTypeOf<number | undefined>()
expectTypeOf(redisStore({ client: redisClient, prefix: 'blog:' })).toExtend<typeof store>()
// @ts-expect-error a store has a prefix
redisStore({ client: redisClient })
expectTypeOf<Outbox>().toHaveProperty('start')

// Events tell their kind apart.
const onEvent = (event: CacheEvent) => {
  if (event.type === 'refresh') expectTypeOf(event.finished).toExtend<Promise<unknown>>()
  if (event.type === 'fill') expectTypeOf(event.isKept).toEqualTypeOf<boolean>()
}
createCache({ store, read: cacheAside(), write: invalidate(), onEvent })

// Pages need a cache that keeps bytes.
const pages: Cache<Buffer> = createCache({ store, read: cacheAside(), write: invalidate(), codec: bytesCodec })
cachePage({ cache: pages, ttlMs: 1_000, vary: ['accept-language'] })
