/** What may be served: tags, time, and foreign values. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, quoted
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const commands = `${core}/redis/redis-commands.ts`
const ioredis = `${core}/redis/ioredis-client.ts`
const nodeRedis = `${core}/redis/node-redis-client.ts`
const entry = `${core}/entry.ts`
const keyRead = `${core}/key-read.ts`
const examiner = `${core}/examiner.ts`
const lookups = `${core}/redis/lookups.ts`
const clock = `${core}/resilience/server-clock.ts`

export const values: readonly Mutation[] = [
  {
    name: "tags' epochs are read before the load",
    without: 'a list loaded before its tag was invalidated looks current',
    edits: [
      { file: keyRead, find: 'const { token, epochs } = this.#lease', replace: 'const { token } = this.#lease' },
      {
        file: keyRead,
        find: '      const made = run.isSkipped\n',
        replace:
          '      const { epochs } = (await store.get(this.key, this.tags)) as { epochs: Epochs }\n      const made = run.isSkipped\n',
      },
    ],
  },
  {
    name: "tags' epochs are random",
    without: 'a counter repeats in another process or after a failover, and invalidated entries become valid',
    edits: [
      {
        file: entry,
        find: 'export function newEpoch(): Buffer {\n  const epoch = Buffer.allocUnsafeSlow(EPOCH_BYTES)\n  pooledRandomBytes(EPOCH_BYTES).copy(epoch)\n  epoch[0]! |= 1 // never `NOT_CARRIED`',
        replace:
          'let made = 0\nexport function newEpoch(): Buffer {\n  const epoch = Buffer.alloc(EPOCH_BYTES)\n  epoch.writeDoubleLE(++made)',
      },
    ],
  },
  {
    name: 'entries in memory have their own buffers',
    without: "a small entry keeps a slab of Node's Buffer pool alive, so the store uses many times its maxBytes",
    suites: ['unit'],
    edits: [
      {
        file: `${core}/stores/kept-entries.ts`,
        find: 'const own = ownBytes(bytes)',
        replace: 'const own = bytes',
      },
    ],
  },
  {
    name: 'memory passed to a reader is not reused',
    without: 'a value that is a view of its entry changes when the entry is evicted',
    suites: ['unit'],
    edits: [{ file: `${core}/stores/kept-entries.ts`, find: 'kept.isShared = true', replace: '' }],
  },
  {
    name: "tags' epochs have their own buffers",
    without: 'as for entries',
    suites: ['unit'],
    edits: [{ file: entry, find: 'Buffer.allocUnsafeSlow(EPOCH_BYTES)', replace: 'Buffer.allocUnsafe(EPOCH_BYTES)' }],
  },
  {
    name: "tags' epochs are compared on a hit",
    without: 'invalidating a tag has no effect',
    edits: [
      {
        file: examiner,
        find: 'if (entry === undefined || !entry.hasEpochs(epochs)) return undefined',
        replace: 'if (entry === undefined) return undefined',
      },
    ],
  },
  {
    name: 'a decoded value is only for the cache that decoded it',
    without: 'a cache with another codec or version on the same store gets a value that is not its own',
    suites: ['unit'],
    edits: [{ file: examiner, find: ' && decoded.by === this.#parts', replace: '' }],
  },
  {
    name: 'a decoded value that readers share is frozen',
    without: 'one reader changes what the others get',
    suites: ['unit'],
    edits: [{ file: `${core}/codec.ts`, find: 'return Object.freeze(value)', replace: 'return value' }],
  },
  {
    name: 'two processes that create an epoch agree (Redis)',
    without: 'each has its own, and rejects the entries of the other',
    edits: [
      {
        file: commands,
        find: 'const found = await client.setIfAbsent(tagKey(tag), made, TAG_TTL_MS).catch(notOurs)',
        replace: 'const found: Buffer | null = (await client.set(tagKey(tag), made, TAG_TTL_MS), null)',
      },
    ],
  },
  {
    name: 'on a full Redis a tag is invalidated by deleting its epoch',
    without: 'entries with the tag stay valid',
    edits: [{ file: commands, find: '      await client.unlink(tagKey(tag)) //', replace: '      //' }],
    suites: ['resilience'],
  },
  {
    name: 'no command is sent twice (single server)',
    without: 'an invalidation resent after a reconnect undoes a newer one',
    edits: [{ file: ioredis, find: 'if (maxRetriesPerRequest !== 0) {', replace: 'if (false) {' }],
    suites: ['unit', 'safeguards'],
  },
  {
    name: 'no command is sent twice (cluster)',
    without: 'the same',
    edits: [{ file: ioredis, find: 'if (retryDelayOnFailover !== 0) refuse(', replace: 'if (false) refuse(' }],
    suites: ['unit', 'safeguards'],
  },
  {
    name: 'no command is sent later on another connection (node-redis)',
    without: 'an abandoned invalidation is sent after a newer one',
    edits: [{ file: nodeRedis, find: 'if (!disableOfflineQueue) {', replace: 'if (false) {' }],
    suites: ['unit'],
  },
  {
    name: 'node-redis queues nothing for the next connection',
    without: 'the same',
    edits: [
      { file: nodeRedis, find: '  disableOfflineQueue: true,\n', replace: '  disableOfflineQueue: false,\n' },
      { file: nodeRedis, find: 'if (!disableOfflineQueue) {', replace: 'if (false) {' },
    ],
    suites: ['sent once'],
  },
  {
    name: 'no command is read from a replica (cluster)',
    without: 'a lagging replica returns invalidated values',
    edits: [{ file: ioredis, find: "if (scaleReads !== 'master') refuse(", replace: 'if (false) refuse(' }],
    suites: ['unit', 'safeguards'],
  },
  {
    name: 'a TTL counts from the start of the load',
    without: 'a value is served for longer than its TTL',
    edits: [
      { file: keyRead, find: '            loadedAt,\n', replace: '            loadedAt: store.clock.earliest(),\n' },
    ],
  },
  {
    name: "a load's start is taken as its earliest possible time",
    without: 'the uncertainty of the clock is added to the TTL',
    edits: [
      {
        file: keyRead,
        find: 'const loadedAt = store.clock.earliest()',
        replace: 'const loadedAt = store.clock.latest()',
      },
    ],
  },
  {
    name: 'the age of an entry is taken at the latest possible time',
    without: 'the same',
    edits: [{ file: examiner, find: 'this.now = store.clock.latest()', replace: 'this.now = store.clock.earliest()' }],
  },
  {
    name: "the server's time has bounds that widen (drift)",
    without: 'after hours the true time is outside the bounds',
    edits: [{ file: clock, find: 'const DRIFT = 500e-6', replace: 'const DRIFT = 0' }],
  },
  {
    name: "the server's time is between its bounds",
    without: 'expired entries are served, or none ever',
    edits: [
      {
        file: clock,
        find: 'return now + this.#highest + this.#drift(now)',
        replace: 'return now + this.#lowest - this.#drift(now)',
      },
    ],
  },
  {
    name: 'a new connection discards the time of the old server',
    without: 'a server with another clock is treated as the old one',
    edits: [{ file: `${core}/redis/redis-connection.ts`, find: '    this.clock.forget()\n', replace: '' }],
    suites: ['safeguards'],
  },
  {
    name: 'an expired value is not stored (memory)',
    without: 'a load longer than its TTL counts as stored',
    edits: [
      { file: `${core}/stores/memory.ts`, find: '      if (now() >= expiresAt) return false //', replace: '      //' },
    ],
  },
  {
    name: "an entry's header is checked",
    without: 'damaged bytes are served',
    edits: [
      {
        file: entry,
        find: '    if (bytes.readUInt32LE(36) !== check(bytes, key, version)) return undefined\n',
        replace: '',
      },
    ],
  },
  {
    name: "an entry's length is checked",
    without: 'half an entry is served',
    edits: [
      {
        file: entry,
        find: '    if (bytes.length !== HEADER_BYTES + bytes[3]! * EPOCH_BYTES + bytes.readUInt32LE(32)) return undefined\n',
        replace: '',
      },
    ],
  },
  {
    name: "an entry's checksum covers its key",
    without: 'a copied entry is served for another key',
    edits: [
      {
        file: entry,
        find: '  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)\n',
        replace: '',
      },
    ],
  },
  {
    name: 'a value of another type under our key is ignored (Redis)',
    without: 'a read fails, or bypasses the cache forever',
    edits: [
      {
        file: lookups,
        find: "if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return undefined\n",
        replace: '',
      },
    ],
    suites: ['resilience'],
  },
]
