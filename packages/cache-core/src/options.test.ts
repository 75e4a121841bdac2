/** Invalid options from JavaScript: refused by name at construction. */
import { describe, expect, it } from 'vitest'
import { cacheAside, createCache, invalidate, memoryStore, stampedeLock } from './index.ts'
import { createOutbox, outboxTable } from './postgres/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: the test passes values that the types refuse.
type Any = any

const badOption = (message: string) => expect.objectContaining({ name: 'CacheError', code: 'BAD_OPTION', message })

describe('constructors', () => {
  const store = memoryStore()
  const options = { store, read: cacheAside(), write: invalidate() }
  const pool = { query: async () => ({ rows: [] }), connect: async () => ({}) }

  it.each<[string, (...given: Any[]) => unknown, unknown[], string]>([
    [
      'createCache',
      createCache,
      [],
      'the argument of createCache is undefined; give an object with store, read, write, codec, version, loadTimeoutMs, on, onWarning, runtime',
    ],
    [
      'createCache',
      createCache,
      ['redis://:secret@h'],
      'the argument of createCache is a string; give an object with store, read, write, codec, version, loadTimeoutMs, on, onWarning, runtime',
    ],
    ['createCache', createCache, [{}], 'store is undefined; give memoryStore() or redisStore({ client, prefix })'],
    [
      'createCache',
      createCache,
      [{ ...options, store: 'redis://:secret@h' }],
      'store is a string; give memoryStore() or redisStore({ client, prefix })',
    ],
    [
      'createCache',
      createCache,
      [{ ...options, store: new Map() }],
      'store is a Map, without the method acquire; give memoryStore() or redisStore({ client, prefix })',
    ],
    [
      'createCache',
      createCache,
      [{ ...options, read: cacheAside }],
      'read is a function; give a read strategy, such as cacheAside()',
    ],
    [
      'createCache',
      createCache,
      [{ ...options, read: null }],
      'read is null; give a read strategy, such as cacheAside()',
    ],
    [
      'createCache',
      createCache,
      [{ ...options, write: invalidate }],
      'write is a function; give a write strategy, such as invalidate()',
    ],
    [
      'createCache',
      createCache,
      [{ ...options, codec: JSON }],
      'codec is an object, without the method encode; give an object with both methods',
    ],
    ['createCache', createCache, [{ ...options, version: 2 }], 'version is 2; give a string'],
    [
      'createCache',
      createCache,
      [{ ...options, on: true }],
      'the argument of on is true; give an object with read, load, fill, notKept, refresh, invalidate, invalidateAll',
    ],
    ['createCache', createCache, [{ ...options, on: { read: 1 } }], 'on.read is 1; give a function'],
    ['createCache', createCache, [{ ...options, on: { reads() {} } }], 'on has no option "reads"; did you mean read?'],
    ['createCache', createCache, [{ ...options, onWarning: 'x' }], 'onWarning is "x" (a string); give a function'],
    [
      'createCache',
      createCache,
      [{ ...options, runtime: {} }],
      'runtime is an object, without the method now; give an object with all methods of Runtime',
    ],
    [
      'createCache',
      createCache,
      [{ ...options, ttlMs: 5 }],
      'createCache has no option "ttlMs"; it has store, read, write, codec, version, loadTimeoutMs, on, onWarning, runtime',
    ],
    [
      'createCache',
      createCache,
      [{ ...options, loadTimeout: 5 }],
      'createCache has no option "loadTimeout"; did you mean loadTimeoutMs?',
    ],
    ['cacheAside', cacheAside, [{ ttl: 5 }], 'cacheAside has no option "ttl"; did you mean ttlMs or absentTtlMs?'],
    [
      'cacheAside',
      cacheAside,
      [{ waitMs: 5 }],
      'cacheAside has no option "waitMs"; it has ttlMs, absentTtlMs, jitter, leaseMs',
    ],
    ['cacheAside', cacheAside, [{ leasems: 5 }], 'cacheAside has no option "leasems"; did you mean leaseMs?'],
    [
      'cacheAside',
      cacheAside,
      [null],
      'the argument of cacheAside is null; give an object with ttlMs, absentTtlMs, jitter, leaseMs',
    ],
    [
      'cacheAside',
      cacheAside,
      [60_000],
      'the argument of cacheAside is 60000; give an object with ttlMs, absentTtlMs, jitter, leaseMs',
    ],
    ['stampedeLock', stampedeLock, [{ wait: 5 }], 'stampedeLock has no option "wait"; did you mean waitMs?'],
    [
      'stampedeLock',
      stampedeLock,
      [[]],
      'the argument of stampedeLock is an array; give an object with ttlMs, absentTtlMs, jitter, leaseMs, waitMs',
    ],
    ['memoryStore', memoryStore, [{ maxbytes: 5_000 }], 'memoryStore has no option "maxbytes"; did you mean maxBytes?'],
    ['memoryStore', memoryStore, [{ maxBytes: 5_000.5 }], 'maxBytes is 5000.5; give a whole number of at least 1024'],
    [
      'memoryStore',
      memoryStore,
      [{ maxBytes: Number.POSITIVE_INFINITY }],
      'maxBytes is Infinity; give a whole number of at least 1024',
    ],
    [
      'memoryStore',
      memoryStore,
      [{ maxEntries: '10' }],
      'maxEntries is "10" (a string); give a whole number of at least 1',
    ],
    [
      'memoryStore',
      memoryStore,
      [{ outbox: {} }],
      'outbox is an object, without the method attach; give what createOutbox returns',
    ],
    ['memoryStore', memoryStore, [{ onEvict: 1 }], 'onEvict is 1; give a function'],
    [
      'createOutbox',
      createOutbox,
      ['postgres://:secret@h'],
      'the argument of createOutbox is a string; give an object with pool, schema, table, pollMs, keepMs, onFailing, onDelivering, runtime',
    ],
    ['createOutbox', createOutbox, [{ pool: 'postgres://:secret@h' }], 'pool is a string; give a pg.Pool'],
    ['createOutbox', createOutbox, [{}], 'pool is undefined; give a pg.Pool'],
    [
      'createOutbox',
      createOutbox,
      [{ pool, poll: 5 }],
      'createOutbox has no option "poll"; did you mean pool or pollMs?',
    ],
    ['createOutbox', createOutbox, [{ pool, table: 5 }], 'table is 5; give a string'],
    ['createOutbox', createOutbox, [{ pool, onFailing: 5 }], 'onFailing is 5; give a function'],
    ['outboxTable', outboxTable, [{ tabel: 'x' }], 'outboxTable has no option "tabel"; did you mean table?'],
  ])('%s: %#', (_name, build, given, message) => {
    expect(() => build(...given)).toThrow(badOption(message))
  })
})

describe('times', () => {
  const pool = { query: async () => ({ rows: [] }), connect: async () => ({}) } as Any
  const timers = 'give a number from'
  const open = (options: object) =>
    createCache({ store: memoryStore(), read: cacheAside(), write: invalidate(), ...options })

  it.each<[string, (value: Any) => unknown, string]>([
    ['ttlMs', (ttlMs) => cacheAside({ ttlMs }), `${timers} 1 to 315360000000`],
    ['absentTtlMs', (absentTtlMs) => cacheAside({ absentTtlMs }), `${timers} 1 to 60000`],
    ['jitter', (jitter) => cacheAside({ jitter }), `${timers} 0 to 1`],
    ['leaseMs', (leaseMs) => cacheAside({ leaseMs }), `${timers} 10 to 3600000`],
    ['waitMs', (waitMs) => stampedeLock({ waitMs }), `${timers} 0 to 2147483647`],
    ['loadTimeoutMs', (loadTimeoutMs) => open({ loadTimeoutMs }), `${timers} 1 to 2147483647`],
    ['pollMs', (pollMs) => createOutbox({ pool, pollMs }), `${timers} 10 to 2147483647`],
    ['keepMs', (keepMs) => createOutbox({ pool, keepMs }), `${timers} 0 to 315360000000`],
  ])('%s has bounds, and its error shows the given value', (name, build, remedy) => {
    const wrong: [unknown, string][] = [
      [Number.POSITIVE_INFINITY, 'Infinity'],
      [Number.NaN, 'NaN'],
      [-1, '-1'],
      ['5', '"5" (a string)'],
      [null, 'null'],
      [5n, '5n (a bigint)'],
      [new Date(0), 'a Date'],
      [true, 'true'],
      [10 * 365 * 86_400_000 + 1, '315360000001'],
    ]
    for (const [value, shown] of wrong) {
      expect(() => build(value), shown).toThrow(badOption(`${name} is ${shown}; ${remedy}`))
    }
  })

  it.each([
    ['waitMs', () => stampedeLock({ waitMs: 2 ** 31 })],
    ['loadTimeoutMs', () => open({ loadTimeoutMs: 2 ** 31 })],
    ['pollMs', () => createOutbox({ pool, pollMs: 2 ** 31 })],
  ])('%s never exceeds the longest delay of a timer', (name, build) => {
    expect(build).toThrow(`${name} is 2147483648; give a number from`)
  })
})
