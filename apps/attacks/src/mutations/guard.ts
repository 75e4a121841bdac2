/** The guard itself: tokens, leases, claims and revocations. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, quoted
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const scripts = `${core}/redis/scripts.ts`
const commands = `${core}/redis/redis-commands.ts`
const memory = `${core}/stores/memory.ts`
const entry = `${core}/entry.ts`
const keyRead = `${core}/key-read.ts`
const writeThrough = `${core}/strategies/write-through.ts`
const commitChange = `${core}/strategies/commit-change.ts`

export const guard: readonly Mutation[] = [
  {
    name: 'a fill checks the token (Redis)',
    without: 'a load that began before a write fills the old value',
    edits: [
      {
        file: scripts,
        find: 'local isHeld = holds(lease, token)',
        replace: 'local isHeld = true',
      },
    ],
  },
  {
    name: 'a fill checks the token (memory)',
    without: 'as on Redis',
    edits: [
      {
        file: memory,
        find: '      if (!holds(key, token)) return false\n      endLease(key)\n      if (now() >=',
        replace: '      endLease(key)\n      if (now() >=',
      },
    ],
  },
  {
    name: 'a token is unique for each attempt',
    without: 'an older load of the same process fills under the lease of a newer one',
    edits: [
      {
        file: entry,
        find: "export function newToken(): string {\n  return pooledRandomBytes(12).toString('base64')",
        replace:
          "const TOKEN = pooledRandomBytes(12).toString('base64')\nexport function newToken(): string {\n  return TOKEN",
      },
    ],
  },
  {
    name: 'an invalidation revokes the lease (Redis)',
    without: 'a running load fills the value that the write just invalidated',
    edits: [
      {
        file: commands,
        find: '[entryKey(key), leaseKey(key)])\n      await',
        replace: '[entryKey(key)])\n      await',
      },
    ],
  },
  {
    name: 'an invalidation revokes the lease (memory)',
    without: 'as on Redis',
    edits: [
      {
        file: memory,
        find: '        endLease(key)\n        entries.delete(key)',
        replace: '        entries.delete(key)',
      },
    ],
  },
  {
    name: 'an invalidation drops the entry (Redis)',
    without: 'the old value stays',
    edits: [
      {
        file: commands,
        find: '[entryKey(key), leaseKey(key)])\n      await',
        replace: '[leaseKey(key)])\n      await',
      },
    ],
  },
  {
    name: 'an invalidation drops the entry (memory)',
    without: 'as on Redis',
    edits: [
      {
        file: memory,
        find: '        endLease(key)\n        entries.delete(key)',
        replace: '        endLease(key)',
      },
    ],
  },
  {
    name: 'renewing checks the token (Redis)',
    without: 'a former holder renews, and so takes, the lease of another',
    edits: [
      {
        file: scripts,
        find: '  if not holds(lease, token) then return 0 end\n',
        replace: '',
      },
    ],
  },
  {
    name: 'releasing checks the token (Redis)',
    without: 'a load that fails late releases the lease of another holder, whose fill is then refused',
    edits: [
      {
        file: scripts,
        find: 'return finish(entry, lease, mark, holds(lease, token))',
        replace: 'return finish(entry, lease, mark, true)',
      },
    ],
  },
  {
    name: 'renewing checks the token (memory)',
    without: 'as on Redis',
    edits: [
      {
        file: memory,
        find: '      if (!holds(key, token)) return false\n      leases.set(',
        replace: '      leases.set(',
      },
    ],
  },
  {
    name: 'releasing checks the token (memory)',
    without: 'as on Redis',
    edits: [{ file: memory, find: 'if (holds(key, token)) endLease(key)', replace: 'endLease(key)' }],
  },
  {
    name: 'a claim takes the lease from any holder (Redis)',
    without: 'a slow reader fills its old value over the written one',
    edits: [
      {
        file: scripts,
        find: '  take(lease, token, leaseMs)\n  local head',
        replace: "  if redis.call('EXISTS', lease) == 0 then take(lease, token, leaseMs) end\n  local head",
      },
    ],
  },
  {
    name: 'the claim comes before the transaction',
    without: 'of two writers, the first to commit may be the last to fill',
    edits: [
      {
        file: writeThrough,
        find: '      const claims = await cache.claim(keys, entryTags)\n',
        replace: '',
      },
      {
        file: writeThrough,
        find: '      const filled = claims.map(',
        replace: '      const claims = await cache.claim(keys, entryTags)\n      const filled = claims.map(',
      },
    ],
  },
  {
    name: 'the claim is acknowledged before the transaction',
    without: 'a delayed claim takes the lease after others have written and filled',
    edits: [
      {
        file: writeThrough,
        find: 'const claims = await cache.claim(keys, entryTags)',
        replace: 'const claiming = cache.claim(keys, entryTags)',
      },
      {
        file: writeThrough,
        find: '      const filled = claims.map(',
        replace: '      const claims = await claiming\n      const filled = claims.map(',
      },
    ],
  },
  {
    name: 'a refused fill of a writer invalidates',
    without: 'a value filled by a reader between claim and commit stays',
    edits: [
      { file: `${core}/writer.ts`, find: 'return isKept || this.invalidate([claim.key], [])', replace: 'return true' },
    ],
  },
  {
    name: 'a commit that failed invalidates',
    without: 'a commit whose answer was lost leaves the old value in the cache',
    edits: [{ file: commitChange, find: '    await cache.invalidate(known(keys), known(tags))\n', replace: '' }],
  },
  {
    name: 'a commit without changes releases its claim',
    without: 'no reader can fill the key until the lease ends',
    edits: [{ file: writeThrough, find: '        await cache.release(claims)\n', replace: '' }],
    suites: ['unit'],
  },
  {
    name: 'write-through fills only an explicit value',
    without: "the database client's answer is served as the entry's value for a TTL",
    edits: [
      {
        file: writeThrough,
        find: "if (typeof keys === 'function' || value === undefined) return",
        replace: "if (typeof keys === 'function') return",
      },
      {
        file: writeThrough,
        find: '() => value(result, claim.key)',
        replace: '() => (value ? value(result, claim.key) : (result as never))',
      },
    ],
  },
  {
    name: 'a load starts after its lease was granted',
    without: 'a load from before a write fills under a lease granted after the write',
    edits: [
      {
        file: keyRead,
        find: '  #seen: Buffer | undefined\n',
        replace: '  #seen: Buffer | undefined\n  #early: ReturnType<StoreKeyRead<T>["#beginLoad"]> | undefined\n',
      },
      {
        file: keyRead,
        find: '  async acquire(): Promise<AcquireResult<T>> {\n',
        replace:
          '  async acquire(): Promise<AcquireResult<T>> {\n    this.#early ??= this.#beginLoad()\n    this.#early.loading.catch(() => {})\n',
      },
      {
        file: keyRead,
        find: 'asOf, run } = this.#beginLoad()',
        replace: 'asOf, run } = this.#early!',
      },
    ],
  },
  {
    name: 'a caller takes only an answer requested after its call (flights)',
    without: 'a reader gets a value older than a write acknowledged before its call',
    edits: [
      {
        file: `${core}/single-flight.ts`,
        find: 'if (answer !== undefined && answer.asOf > began) return',
        replace: 'if (answer !== undefined) return',
      },
    ],
  },
  {
    name: 'the time of an answer is the time of its source',
    without: 'a reader that shares a fallback gets a value older than a write acknowledged before its call',
    edits: [
      {
        file: keyRead,
        find: 'this.#examiner.serve(this.#found.entry, this.#found.asOf)',
        replace: 'this.#examiner.serve(this.#found.entry, this.askedAt)',
      },
    ],
  },
  {
    name: 'the age of a fallback is checked when it is served',
    without: 'after a load that fails slowly, a value is served beyond its limit',
    edits: [
      {
        file: `${core}/examiner.ts`,
        find: '    this.now = this.#parts.store.clock.latest()\n',
        replace: '',
      },
    ],
  },
  {
    name: 'a caller takes only an answer requested after its call (shared GETs)',
    without: 'the same',
    edits: [
      {
        file: `${core}/resilience/trailing-coalescer.ts`,
        find: 'if (underWay === undefined) return this.#start(question, ask)',
        replace:
          'if (underWay !== undefined) return underWay.answer\n    if (underWay === undefined) return this.#start(question, ask)',
      },
    ],
  },
  {
    name: 'a lookup is not answered by an MGET that was sent before it',
    without: 'the same',
    suites: ['unit'],
    edits: [
      {
        file: `${core}/redis/lookups.ts`,
        find: '    this.#batch = undefined\n    const values',
        replace: '    setImmediate(() => (this.#batch = undefined))\n    const values',
      },
    ],
  },
  {
    name: 'invalidating everything revokes leases first',
    without: 'a running load fills after the scan has passed its entry',
    edits: [{ file: commands, find: "for (const kind of ['l:', 'e:'])", replace: "for (const kind of ['e:', 'l:'])" }],
  },
]
