/** Supported clients are accepted, and all others refused by name before they are used. */
import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { describe, expect, it } from 'vitest'
import { adaptClient, type RedisStoreClient } from './adapt-client.ts'
import { clusterOptions, redisOptions } from './ioredis-client.ts'
import { nodeRedisOptions } from './node-redis-client.ts'

const lazy = { ...redisOptions, lazyConnect: true }
const lazyCluster = { ...clusterOptions, lazyConnect: true }
const nodes = [{ host: '127.0.0.1', port: 1 }]
const { socket } = nodeRedisOptions

describe('accepts', () => {
  const supported: [what: string, client: RedisStoreClient][] = [
    ['a Redis of ioredis 6', new Redis(lazy)],
    ['a Redis of ioredis 5', new Redis5(lazy)],
    ['a Cluster of ioredis 6', new Cluster(nodes, lazyCluster)],
    ['a Cluster of ioredis 5', new Cluster5(nodes, lazyCluster)],
    ['a client of node-redis', createClient({ url: 'redis://127.0.0.1:1', ...nodeRedisOptions })],
    ['one with its own socket', createClient({ ...nodeRedisOptions, socket: { ...socket, port: 1 } })],
    ['one with RESP 2', createClient({ ...nodeRedisOptions, RESP: 2 })],
    ['one that answers with Buffers', createClient(nodeRedisOptions).withTypeMapping({ 36: Buffer })],
  ]

  it.each(supported)('%s, and adapts it once', (_what, client) => {
    expect(adaptClient(client)).toBe(adaptClient(client))
    expect(adaptClient(client).isReady()).toBe(false)
  })

  it('two views of one node-redis connection as one', () => {
    const client = createClient(nodeRedisOptions)
    expect(adaptClient(client.withTypeMapping({ 36: Buffer }))).toBe(adaptClient(client))
  })
})

it('gives each node-redis client its own socket options, since node-redis writes the URL into them', () => {
  const urls = ['redis://one:1', 'rediss://two']
  const clients = urls.map((url) => createClient({ url, ...nodeRedisOptions }))
  expect(clients.map(({ options }) => options.socket)).toMatchObject([
    { host: 'one', port: 1, tls: false },
    { host: 'two', tls: true },
  ])
  expect(clients[1]!.options.socket).not.toHaveProperty('port')
})

class Redis_ {
  createScript() {}
  get() {}
}
class Queue {}

describe('refuses by name', () => {
  const secret = 'redis://me:secret@host'
  it.each<[what: string, given: unknown, message: string]>([
    ['undefined', undefined, 'client is undefined;'],
    ['null', null, 'client is null;'],
    ['a connection string', secret, 'client is a connection string;'],
    ['another string', 'localhost', 'client is a string;'],
    ['options', { host: 'localhost' }, 'client is a plain object;'],
    ['an object without a prototype', Object.create(null), 'client is a plain object;'],
    ['a class', Redis, 'client is the function or class Redis;'],
    ['a Promise', Promise.resolve(), 'client is a Promise; await it first;'],
    ['an @upstash/redis', new Redis_(), 'client is a client of @upstash/redis, which speaks HTTP;'],
    ['a queue', new Queue(), 'client is an instance of Queue;'],
    ['a pipeline', new Redis(lazy).pipeline(), 'client is an instance of Pipeline;'],
    ['createCluster', createCluster({ rootNodes: [] }), 'client is a createCluster of node-redis, which may send'],
    ['createClientPool', createClientPool(), 'client is a createClientPool of node-redis, whose'],
    [
      'createSentinel',
      createSentinel({ name: 'm', sentinelRootNodes: [] }),
      'client is a createSentinel of node-redis, which may send a command twice',
    ],
    ['legacy mode', createClient().legacy(), 'client is a client of node-redis 4 or older, or its legacy mode'],
  ])('%s, and lists the supported clients', (_what, given, message) => {
    const adapt = () => adaptClient(given as RedisStoreClient)
    expect(adapt).toThrow(message)
    expect(adapt).toThrow('redisStore takes a client of ioredis 5 or 6, `new Redis(url, redisOptions)`')
    expect(adapt).toThrow('or of node-redis 6, `createClient({ url, ...nodeRedisOptions })`')
    expect(adapt).not.toThrow('secret')
    expect(adapt).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  })
})

describe('refuses an ioredis client', () => {
  const remedy = 'build it with `new Redis(url, redisOptions)`'
  const queues = 'is null, as job queues require, so it may send a command twice. Give the cache its own connection'

  describe.each([
    ['6', Redis],
    ['5', Redis5 as unknown as typeof Redis],
  ])('of version %s', (_version, Client) => {
    it.each([
      ['that sends commands twice', { maxRetriesPerRequest: 20 }, 'maxRetriesPerRequest is 20, so it may send'],
      ['that is a BullMQ connection', { maxRetriesPerRequest: null }, `maxRetriesPerRequest ${queues}`],
      ['that prefixes keys', { keyPrefix: 'a:' }, 'keyPrefix is "a:", which redisStore does not see'],
    ])('%s', (_what, options, message) => {
      const adapt = () => adaptClient(new Client({ ...lazy, ...options }))
      expect(adapt).toThrow(`the ioredis client's ${message}`)
      expect(adapt).toThrow(remedy)
    })

    it('without options', () => {
      expect(() => adaptClient(new Client({ lazyConnect: true }))).toThrow('maxRetriesPerRequest is 20')
    })
  })

  it.each([
    ['that retries a command', { retryDelayOnFailover: 100 }, 'retryDelayOnFailover is 100'],
    ['that reads from replicas', { scaleReads: 'slave' as const }, 'scaleReads is "slave"'],
    ['that retries unanswered commands', { redisOptions: {} }, 'maxRetriesPerRequest is 20'],
  ])('of a cluster %s', (_what, options, message) => {
    const adapt = () => adaptClient(new Cluster(nodes, { ...lazyCluster, ...options }))
    expect(adapt).toThrow(message)
    expect(adapt).toThrow('build it with `new Cluster(nodes, clusterOptions)`')
  })
})

describe('refuses a node-redis client', () => {
  it.each([
    ['that sends commands late', { disableOfflineQueue: false }, 'disableOfflineQueue is false, so it sends'],
    ['that may change servers', { maintNotifications: 'auto' as const }, 'maintNotifications is "auto", so it may'],
    ['that prefixes keys', { keyPrefix: 'a:' }, 'keyPrefix is "a:", which redisStore does not see'],
    ['that reads from a replica', { readonly: true }, 'readonly is true, so it may read from a replica'],
  ])('%s', (_what, options, message) => {
    const adapt = () => adaptClient(createClient({ ...nodeRedisOptions, ...options }))
    expect(adapt).toThrow(`the node-redis client's ${message}`)
    expect(adapt).toThrow('build it with `createClient({ url, ...nodeRedisOptions })`')
  })

  it('without options', () => {
    expect(() => adaptClient(createClient())).toThrow('disableOfflineQueue is false')
  })
})

describe("a hit's GET", () => {
  const answer = Promise.resolve(Buffer.from('bytes'))

  it.each([
    ['ioredis', Object.assign(new Redis(lazy), { getBuffer: () => answer })],
    ['node-redis', Object.assign(createClient(nodeRedisOptions), { sendCommand: () => answer })],
  ])('is the promise of %s itself, without extra waits', (_name, client) => {
    expect(adaptClient(client as RedisStoreClient).get('k')).toBe(answer)
  })
})

it.each([
  ['OOM command not allowed when used memory > maxmemory', true],
  ['ERR unknown command', true],
  ['WRONGTYPE Operation against a key', true],
  ['NOPERM User x has no permissions', true],
  ['The client is closed', false],
  ['The client is offline', false],
  ['Socket closed unexpectedly', false],
  ['Connection timeout', false],
  ['connect ECONNREFUSED 127.0.0.1:6379', false],
  ['no answer within 250 ms', false],
])('recognizes "%s" of node-redis as an answer of the server: %s', (message, isAnswer) => {
  expect(adaptClient(createClient(nodeRedisOptions)).isRefusal(new Error(message))).toBe(isAnswer)
})
