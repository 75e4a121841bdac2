/** The arguments and results of the public types. Checked by `typecheck`; nothing here runs. */
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

// A read returns its load's value. `undefined` from a load means that there is no such value.
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

// A cache of one type accepts no loads of another type.
const numbers = createCache<number>({ store, read: cacheAside(), write: invalidate() })
// @ts-expect-error a string is not a number
numbers.read('n', async () => 'one')
expectTypeOf(numbers.get('n')).resolves.toEqualTypeOf<ReadResult<number> | undefined>()
// @ts-expect-error the cache does not keep a string either
numbers.set('n', 'one')

// A write returns its commit's result, and whether the store has confirmed the write.
const written = cache.write({ keys: ['post:1'], tags: ['posts'] }, async () => ({ id: 1, title: 'New' }))
expectTypeOf(written).resolves.toEqualTypeOf<WriteResult<{ id: number; title: string }>>()
expectTypeOf<WriteResult<Post>['isConfirmed']>().toEqualTypeOf<boolean>()
numbers.write({ keys: ['n'], value: (committed: number) => committed }, async () => 2)
// @ts-expect-error the value is made from the commit's result
numbers.write({ keys: ['n'], value: (committed: string) => committed.length }, async () => 2)

// A write that can be deferred foresees its result, and the key's value.
const posts = createCache<Post>({ store, read: cacheAside(), write: invalidate() })
const deferred = {
  load: () => findPost(1),
  foresee: (before: Post | undefined) => before && { result: before.id, value: before, command: before },
}
const renamed = posts.write({ keys: ['post:1'], deferred }, async () => 1)
expectTypeOf(renamed).resolves.toEqualTypeOf<WriteResult<number>>()
expectTypeOf<WriteResult<number>['ack']>().toEqualTypeOf<'database' | 'memory' | 'replicated' | 'fsynced'>()
// @ts-expect-error the command alone does not tell the value
posts.write({ keys: ['post:1'], deferred: { ...deferred, foresee: () => ({ command: 1 }) } }, async () => 1)

expectTypeOf(cache.invalidate({ tags: ['posts'] })).resolves.toEqualTypeOf<boolean>()
// @ts-expect-error tags are a list
cache.invalidate({ tags: 'posts' })
expectTypeOf(cache.stats()).toEqualTypeOf<Readonly<CacheStats>>()
expectTypeOf(cache.guarantee).toEqualTypeOf<Guarantee>()

// Kinds of strategies, and the kind that can be wrapped.
expectTypeOf(staleWhileRevalidate({ ttlMs: 1, staleMs: 2 })).toEqualTypeOf<CachingStrategy>()
expectTypeOf(noCache()).toEqualTypeOf<UncachedStrategy>()
expectTypeOf(writeThrough()).toEqualTypeOf<WriteStrategy>()
expectTypeOf(staleIfError(xfetch({ beta: 1 }), { forMs: 1_000 })).toEqualTypeOf<CachingStrategy>()
// @ts-expect-error a strategy that keeps nothing can't fall back to an entry
staleIfError(noCache(), { forMs: 1_000 })
// @ts-expect-error an unknown option
cacheAside({ ttl: 1_000 })

// Stores.
expectTypeOf<MemoryStoreOptions['maxBytes']>().toEqualTypeOf<number | undefined>()
expectTypeOf(redisStore({ client: redisClient, prefix: 'blog:' })).toExtend<typeof store>()
// @ts-expect-error a store needs a prefix
redisStore({ client: redisClient })
expectTypeOf<Outbox>().toHaveProperty('start')

// Events are distinguished by their kind.
createCache({
  store,
  read: cacheAside(),
  write: invalidate(),
  on: {
    refresh: ({ finished }) => expectTypeOf(finished).toExtend<Promise<unknown>>(),
    fill: ({ isKept }) => expectTypeOf(isKept).toEqualTypeOf<boolean>(),
    read: (event) => expectTypeOf(event).toExtend<CacheEvent>(),
  },
})

// Pages need a cache that keeps bytes.
const pages: Cache<Buffer> = createCache({ store, read: cacheAside(), write: invalidate(), codec: bytesCodec })
cachePage({ cache: pages, ttlMs: 1_000, vary: ['accept-language'] })
