/** What may be served: tags, time, and what is no entry of ours. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, quoted
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const commands = `${core}/redis/redis-commands.ts`
const ioredis = `${core}/redis/ioredis-client.ts`
const nodeRedis = `${core}/redis/node-redis-client.ts`
const entry = `${core}/entry.ts`
const keyRead = `${core}/key-read.ts`
const clock = `${core}/redis/server-clock.ts`

export const values: readonly Mutation[] = [
  {
    name: "tags' epochs are read before the load",
    without: 'a list that was loaded before a tag was voided looks current',
    edits: [
      { file: keyRead, find: 'const { token, epochs } = this.#lease', replace: 'const { token } = this.#lease' },
      {
        file: keyRead,
        find: '        const made = makeEntry(this.#parts, read.lifetime,',
        replace:
          '        const { epochs } = (await store.get(this.key, this.tags)) as { epochs: Epochs }\n        const made = makeEntry(this.#parts, read.lifetime,',
      },
    ],
  },
  {
    name: "tags' epochs are random",
    without: 'a counter comes round again in another process or after a failover, and voided entries with it',
    edits: [
      {
        file: entry,
        find: 'export function newEpoch(): Buffer {\n  const epoch = Buffer.from(pooledRandomBytes(EPOCH_BYTES))\n  epoch[0]! |= 1 // never `NOT_CARRIED`',
        replace:
          'let made = 0\nexport function newEpoch(): Buffer {\n  const epoch = Buffer.alloc(EPOCH_BYTES)\n  epoch.writeDoubleLE(++made)',
      },
    ],
  },
  {
    name: "tags' epochs are compared on a hit",
    without: 'voiding a tag voids nothing',
    edits: [
      {
        file: keyRead,
        find: 'if (entry === undefined || !entry.hasEpochs(epochs)) return undefined',
        replace: 'if (entry === undefined) return undefined',
      },
    ],
  },
  {
    name: 'two makers of an epoch agree (Redis)',
    without: 'each has its own, and the entry of one is void for the other',
    edits: [
      {
        file: commands,
        find: 'const found = await client.setIfAbsent(tagKey(tag), made, TAG_TTL_MS).catch(notOurs)',
        replace: 'const found: Buffer | null = (await client.set(tagKey(tag), made, TAG_TTL_MS), null)',
      },
    ],
  },
  {
    name: 'a tag is voided on a full Redis by dropping its epoch',
    without: 'entries that carry it stay in use',
    edits: [{ file: commands, find: '      await client.unlink(tagKey(tag)) //', replace: '      //' }],
    suites: ['resilience'],
  },
  {
    name: 'no command is sent twice (single server)',
    without: 'an invalidation sent again after a reconnect undoes a newer one',
    edits: [{ file: ioredis, find: 'if (maxRetriesPerRequest !== 0) {', replace: 'if (false) {' }],
    suites: ['unit', 'by hand'],
  },
  {
    name: 'no command is sent twice (cluster)',
    without: 'the same',
    edits: [{ file: ioredis, find: 'if (retryDelayOnFailover !== 0) refuse(', replace: 'if (false) refuse(' }],
    suites: ['unit', 'by hand'],
  },
  {
    name: 'no command is sent late, on another connection (node-redis)',
    without: 'an invalidation that was given up is sent after a newer one',
    edits: [{ file: nodeRedis, find: 'if (!disableOfflineQueue) {', replace: 'if (false) {' }],
    suites: ['unit'],
  },
  {
    name: 'node-redis keeps nothing for the next connection',
    without: 'the same',
    edits: [
      { file: nodeRedis, find: '  disableOfflineQueue: true,\n', replace: '  disableOfflineQueue: false,\n' },
      { file: nodeRedis, find: 'if (!disableOfflineQueue) {', replace: 'if (false) {' },
    ],
    suites: ['sent once'],
  },
  {
    name: 'no command is read from a replica (cluster)',
    without: 'a replica that lags answers with what was voided',
    edits: [{ file: ioredis, find: "if (scaleReads !== 'master') refuse(", replace: 'if (false) refuse(' }],
    suites: ['unit', 'by hand'],
  },
  {
    name: 'a TTL counts from the start of the load',
    without: 'a value is served for longer than its TTL',
    edits: [
      { file: keyRead, find: '    const loadedAt = store.clock.earliest()\n', replace: '' },
      {
        file: keyRead,
        find: '    return { ...(await runLoad(this.#parts, request, run)), loadedAt, asOf, run }',
        replace:
          '    const loaded = await runLoad(this.#parts, request, run)\n    return { ...loaded, loadedAt: store.clock.earliest(), asOf, run }',
      },
    ],
  },
  {
    name: "a load's start is the earliest it can have been",
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
    name: 'an entry is judged at the latest it can be',
    without: 'the same',
    edits: [{ file: keyRead, find: 'this.now = store.clock.latest()', replace: 'this.now = store.clock.earliest()' }],
  },
  {
    name: "the server's time has bounds that widen (drift)",
    without: 'after hours the true time lies outside them',
    edits: [{ file: clock, find: 'const DRIFT = 500e-6', replace: 'const DRIFT = 0' }],
  },
  {
    name: "the server's time lies between its bounds",
    without: 'what has expired is served, or nothing ever is',
    edits: [
      {
        file: clock,
        find: 'return now + this.#highest + this.#drift(now)',
        replace: 'return now + this.#lowest - this.#drift(now)',
      },
    ],
  },
  {
    name: 'a new connection forgets what the old server said of the time',
    without: 'another server with another clock is taken for the old one',
    edits: [{ file: `${core}/redis/redis-connection.ts`, find: '        this.clock.forget()\n', replace: '' }],
    suites: ['by hand'],
  },
  {
    name: 'nothing is kept that has expired already (memory)',
    without: 'a load that outlasted its TTL counts as kept',
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
    name: "an entry's key is in its check",
    without: 'an entry that was copied answers another question',
    edits: [
      {
        file: entry,
        find: '  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)\n',
        replace: '',
      },
    ],
  },
  {
    name: "another type under our key is nobody's (Redis)",
    without: 'a read fails, or goes past the cache for ever',
    edits: [
      {
        file: commands,
        find: "if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return undefined\n",
        replace: '',
      },
    ],
    suites: ['resilience'],
  },
]
