/** Invalid arguments from JavaScript callers: refused by name, before the call has any effect. */
import { describe, expect, it, vi } from 'vitest'
import {
  type Cache,
  type CacheWarning,
  cacheAside,
  createCache,
  invalidate,
  memoryStore,
  noCache,
  type ReadStrategy,
  type Store,
  type WriteStrategy,
  writeThrough,
} from './index.ts'
import { createOutbox } from './postgres/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: the test passes values that the types refuse.
type Any = any

const badOption = (message: string) => expect.objectContaining({ name: 'CacheError', code: 'BAD_OPTION', message })
const load = async () => 'value'
const commit = async () => 'row'

describe.each<[string, () => ReadStrategy]>([
  ['cacheAside', cacheAside],
  ['noCache', noCache],
])('calls of a cache with %s', (_name, read) => {
  /** A cache that records the calls of its store. */
  function world(write: WriteStrategy = writeThrough()) {
    const asked: string[] = []
    const memory = memoryStore()
    const store: Store = new Proxy(memory, {
      get(target, name: keyof Store & string) {
        if (typeof target[name] === 'function' && name !== 'health') asked.push(name)
        return target[name]
      },
    })
    const warnings: CacheWarning[] = []
    const onWarning = (warning: CacheWarning) => warnings.push(warning)
    const cache = createCache<unknown>({ store, read: read(), write, onWarning })
    asked.length = 0
    return { cache, asked, warnings, memory }
  }

  it.each<[string, (cache: Cache<unknown> & Any) => Promise<unknown>, string]>([
    ['read', (cache) => cache.read(undefined, load), 'key is undefined; give a string'],
    ['read', (cache) => cache.read(7, load), 'key is 7; give a string'],
    ['read', (cache) => cache.read(null, load), 'key is null; give a string'],
    ['read', (cache) => cache.read('k'), 'load is undefined; give the function that reads the origin'],
    ['read', (cache) => cache.read('k', load()), 'load is a Promise; give the function that reads the origin'],
    [
      'read',
      (cache) => cache.read('k', load, null),
      'the argument of read is null; give an object with tags, ttlMs, loadTimeoutMs, signal',
    ],
    [
      'read',
      (cache) => cache.read('k', load, 60_000),
      'the argument of read is 60000; give an object with tags, ttlMs, loadTimeoutMs, signal',
    ],
    [
      'read',
      (cache) => cache.read('k', load, ['posts']),
      'the argument of read is an array; give an object with tags, ttlMs, loadTimeoutMs, signal',
    ],
    ['read', (cache) => cache.read('k', load, { tag: 'posts' }), 'read has no option "tag"; did you mean tags?'],
    ['read', (cache) => cache.read('k', load, { ttl: 5 }), 'read has no option "ttl"; did you mean ttlMs?'],
    [
      'read',
      (cache) => cache.read('k', load, { tags: 'posts' }),
      'tags is "posts" (a string); give an array of strings',
    ],
    ['read', (cache) => cache.read('k', load, { tags: null }), 'tags is null; give an array of strings'],
    ['read', (cache) => cache.read('k', load, { tags: new Set(['posts']) }), 'tags is a Set; give an array of strings'],
    ['read', (cache) => cache.read('k', load, { tags: ['posts', 42] }), 'tags[1] is 42; give a string'],
    [
      'read',
      (cache) => cache.read('k', load, { tags: ['\ud800'] }),
      'tags[0] is "\\ud800", with half a surrogate pair; give well-formed text',
    ],
    ['read', (cache) => cache.read('k', load, { signal: true }), 'signal is true; give an AbortSignal'],
    [
      'read',
      (cache) => cache.read('k', load, { signal: new AbortController() }),
      'signal is an AbortController, without the method throwIfAborted; give an AbortSignal',
    ],
    [
      'read',
      (cache) => cache.read('k', load, { loadTimeoutMs: '5' }),
      'loadTimeoutMs is "5" (a string); give a number from 1 to 2147483647',
    ],
    ['get', (cache) => cache.get(), 'key is undefined; give a string'],
    [
      'get',
      (cache) => cache.get('k', null),
      'the argument of get is null; give an object with tags, ttlMs, loadTimeoutMs, signal',
    ],
    ['get', (cache) => cache.get('k', { tags: 'posts' }), 'tags is "posts" (a string); give an array of strings'],
    ['set', (cache) => cache.set({}, 1), 'key is an object; give a string'],
    ['set', (cache) => cache.set('k', 1, { tags: 'posts' }), 'tags is "posts" (a string); give an array of strings'],
    [
      'set',
      (cache) => cache.set('k', 1, null),
      'the argument of set is null; give an object with tags, ttlMs, loadTimeoutMs, signal',
    ],
    [
      'write',
      (cache) => cache.write(undefined, commit),
      'the argument of write is undefined; give an object with keys, tags, entryTags, value, changed, deferred',
    ],
    [
      'write',
      (cache) => cache.write({ keys: ['a'], deferred: { load } }, commit),
      'deferred is an object, without the method foresee; give an object with both methods',
    ],
    ['write', (cache) => cache.write({ key: 'a' }, commit), 'write has no option "key"; did you mean keys?'],
    ['write', (cache) => cache.write({}, commit), 'keys is undefined; give an array of strings'],
    ['write', (cache) => cache.write({ keys: 'a' }, commit), 'keys is "a" (a string); give an array of strings'],
    ['write', (cache) => cache.write({ keys: [7] }, commit), 'keys[0] is 7; give a string'],
    [
      'write',
      (cache) => cache.write({ keys: [], tags: 'posts' }, commit),
      'tags is "posts" (a string); give an array of strings',
    ],
    [
      'write',
      (cache) => cache.write({ keys: [], entryTags: 'posts' }, commit),
      'entryTags is "posts" (a string); give an array of strings',
    ],
    [
      'write',
      (cache) => cache.write({ keys: ['a'], value: { id: 1 } }, commit),
      'value is an object; give a function of the result',
    ],
    [
      'write',
      (cache) => cache.write({ keys: ['a'], changed: true }, commit),
      'changed is true; give a function of the result',
    ],
    [
      'write',
      (cache) => cache.write({ keys: ['a'] }),
      'commit is undefined; give the function that runs the transaction',
    ],
    [
      'write',
      (cache) => cache.write({ keys: ['a'] }, Promise.resolve()),
      'commit is a Promise; give the function that runs the transaction',
    ],
    [
      'invalidate',
      (cache) => cache.invalidate(),
      'the argument of invalidate is undefined; give an object with keys, tags',
    ],
    [
      'invalidate',
      (cache) => cache.invalidate('a'),
      'the argument of invalidate is a string; give an object with keys, tags',
    ],
    ['invalidate', (cache) => cache.invalidate({ key: 'a' }), 'invalidate has no option "key"; did you mean keys?'],
    [
      'invalidate',
      (cache) => cache.invalidate({}),
      'invalidate was given neither keys nor tags; give one of them, or call invalidateAll',
    ],
    ['invalidate', (cache) => cache.invalidate({ keys: 'a' }), 'keys is "a" (a string); give an array of strings'],
    [
      'invalidate',
      (cache) => cache.invalidate({ keys: ['a'], tags: [undefined] }),
      'tags[0] is undefined; give a string',
    ],
  ])('%s: %#', async (_call, act, message) => {
    const { cache, asked } = world()
    const answer = act(cache) // never throws synchronously
    expect(answer).toBeInstanceOf(Promise)
    await expect(answer).rejects.toEqual(badOption(message))
    expect(asked).toEqual([])
    expect(cache.stats()).toMatchObject({ failedReads: 0, loads: 0, writes: 0, invalidations: 0 })
  })

  it.each([
    { keys: 'a' },
    { keys: [7] },
    { keys: ['a'], tags: ['\ud800'] },
    { keys: ['a'], entryTags: [7] },
    { key: 'a' },
  ])('a write of %j is refused before its commit', async (change) => {
    const run = vi.fn(commit)
    await expect(world().cache.write(change as Any, run)).rejects.toMatchObject({ code: 'BAD_OPTION' })
    expect(run).not.toHaveBeenCalled()
  })
})

describe('names known only after the commit', () => {
  async function written(change: object, write = invalidate()) {
    const warnings: string[] = []
    const onWarning = ({ code, message }: CacheWarning) => warnings.push(`${code}: ${message}`)
    const cache = createCache<unknown>({ store: memoryStore(), read: cacheAside(), write, onWarning })
    for (const key of ['a', 'b']) await cache.read(key, load)
    await cache.read('list', load, { tags: ['t'] })
    const result = await cache.write(change as Any, commit)
    const kept = await Promise.all([cache.get('a'), cache.get('b'), cache.get('list', { tags: ['t'] })])
    return { result, kept: kept.map((each) => each !== undefined), warnings, cache }
  }

  it.each<[object, boolean[], string]>([
    [{ keys: () => ['a', 7] }, [false, true, true], 'keys(result)[1] is 7; give a string'],
    [{ keys: () => ['a', undefined, 'b'] }, [false, false, true], 'keys(result)[1] is undefined; give a string'],
    [{ keys: () => ['\ud800', 'a'] }, [false, true, true], 'keys(result)[0] is "\\ud800", with half a surrogate pair'],
    [{ keys: () => 'a' }, [false, true, true], 'keys(result) is "a" (a string); return an array of strings'],
    [
      { keys: ['a'], tags: () => undefined },
      [false, true, true],
      'tags(result) is undefined; return an array of strings',
    ],
    [
      { keys: ['a'], tags: async () => ['t'] },
      [false, true, true],
      'tags(result) is a Promise; return an array of strings',
    ],
    [{ keys: () => [null], tags: () => ['t', {}] }, [true, true, false], 'keys(result)[0] is null; give a string'],
  ])('%#: invalidates the valid names, warns about the others, and the write succeeds', async (change, kept, wrong) => {
    for (const write of [invalidate(), writeThrough()]) {
      const seen = await written(change, write)
      expect(seen.result).toMatchObject({ result: 'row', ack: 'database' })
      expect(seen.kept).toEqual(kept)
      expect(seen.warnings[0]).toMatch(/^NAME_REFUSED: after a write was committed, /)
      expect(seen.warnings[0]).toContain(wrong)
    }
  })

  it('warns once for keys and once for tags', async () => {
    const change = { keys: () => [1], tags: () => [2] }
    const { cache, warnings } = await written(change)
    await cache.write(change as Any, commit)
    expect(warnings).toHaveLength(2)
  })
})

it('a load fails, by name, if it passes something other than a list to setTags', async () => {
  const cache = createCache<unknown>({ store: memoryStore(), read: cacheAside(), write: invalidate() })
  const reading = cache.read('k', async ({ setTags }) => setTags('t' as Any), { tags: ['t'] })
  await expect(reading).rejects.toEqual(
    badOption('the argument of setTags is "t" (a string); give an array of strings'),
  )
})

it('an outbox refuses an invalid entry before it sends anything', async () => {
  const query = vi.fn(async () => ({ rows: [] }))
  const outbox = createOutbox({ pool: { query, connect: async () => ({}) } as Any })
  for (const [entry, message] of [
    [{ key: 'a' }, 'outbox.add has no option "key"; did you mean keys?'],
    [{ keys: 'a' }, 'keys is "a" (a string); give an array of strings'],
    [{ keys: ['a'], tags: [7] }, 'tags[0] is 7; give a string'],
    [{ everything: 'yes' }, 'everything is "yes" (a string); give true or false'],
    [{ keys: ['a'], writeId: 7 }, 'writeId is 7; give a string'],
    [undefined, 'the argument of outbox.add is undefined; give an object with keys, tags, everything, writeId'],
  ] as const) {
    await expect(outbox.add({ query } as Any, entry as Any)).rejects.toEqual(badOption(message))
  }
  await expect(outbox.add(undefined as Any, { keys: ['a'] })).rejects.toMatchObject({ code: 'BAD_OPTION' })
  expect(() => outbox.delivered(7 as Any)).toThrow(badOption('writeId is 7; give a string'))
  expect(query).not.toHaveBeenCalled()
})
