import { newEpoch } from '../entry.ts'
import { CacheError } from '../errors.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { Acquired, Epochs, Store } from '../ports/store.ts'
import { LONGEST_TRANSFER_MS } from '../resilience/deadlines.ts'
import type { ServerClock } from '../resilience/server-clock.ts'
import { shown } from '../shown.ts'
import type { CacheWarning, WarningListener } from '../warning.ts'
import { GuardCalls } from './guard-calls.ts'
import type { LeaseMessages } from './lease-messages.ts'
import { Lookups, notOurs } from './lookups.ts'
import { OneTurn } from './one-turn.ts'
import type { Arg, RedisClient } from './redis-client.ts'
import { redisKeys } from './redis-keys.ts'
import type { OperationName } from './scripts.ts'
import { SlowEntries } from './slow-entries.ts'

/** Lifetime of an epoch; after it, the entries that carry the epoch are loaded again. Bounds the memory of unused tags. */
const TAG_TTL_MS = 7 * 24 * 60 * 60 * 1_000
/** Invalidations in one command. */
const MAX_AT_ONCE = 100
const NONE: Epochs = []

export interface CommandParts {
  readonly client: RedisClient
  readonly prefix: string
  /** Of the queue of writes over the same entries. */
  readonly buckets?: number | undefined
  readonly clock: ServerClock
  readonly soon: Runtime['soon']
  readonly warn: WarningListener
  /** Absent: readers that wait are not told when the lease ends. */
  readonly messages?: LeaseMessages
}

/**
 * The guarded protocol as Redis commands, one round trip per method. A method's commands are sent together but not in one
 * pipeline, so that in a cluster each goes to its own node. Rejects when Redis does; `redisStore` adds the resilience.
 */
export function redisCommands({ client, prefix, buckets, clock, soon, warn, messages }: CommandParts): Store {
  const slow = new SlowEntries(clock.now, (key) => warn(tooSlow(key)))
  const { entry: entryKey, lease: leaseKey, mark: markKey, tag: tagKey } = redisKeys(prefix, buckets)
  const ends = messages?.channel(prefix)
  const knowTime = () => (clock.isCompared ? undefined : compareClocks())
  const lookups = new Lookups({ client, entryKey, tagKey, soon, knowTime, slow })

  const guard = new GuardCalls({ client, clock, soon, slow })

  function run(operation: OperationName, key: string, ...args: Arg[]): Promise<unknown> {
    return guard.run(operation, key, [entryKey(key), leaseKey(key), markKey(key)], args)
  }

  /** Runs an operation that ends a lease. */
  async function runEnd(operation: OperationName, key: string, ...args: Arg[]): Promise<boolean> {
    const answer = await run(operation, key, ...args)
    if (!Array.isArray(answer)) return answer === 1
    const [done, refusal] = answer as [number, Buffer]
    messages?.published(refusal.toString())
    return done === 1
  }

  /** A tag's epoch, created if missing. Two concurrent callers both get the first one's. */
  async function epochOf(tag: string): Promise<Buffer> {
    const made = newEpoch()
    const found = await client.setIfAbsent(tagKey(tag), made, TAG_TTL_MS).catch(notOurs)
    if (found === null) return made
    if (found?.length === made.length) return found
    await client.set(tagKey(tag), made, TAG_TTL_MS) // a foreign value under our key
    return made
  }

  async function bump(tag: string): Promise<void> {
    try {
      await client.set(tagKey(tag), newEpoch(), TAG_TTL_MS)
    } catch (error) {
      if (!client.isRefusal(error)) throw error
      await client.unlink(tagKey(tag)) // a full Redis still deletes, and a missing epoch also invalidates
    }
  }
  const epochsOf = (tags: readonly string[]): Promise<Epochs> => Promise.all(tags.map(epochOf))

  /** Asks after the operations of this turn: an epoch that is read before its entry may be older than the entry's. */
  function epochsSoon(tags: readonly string[]): Promise<Epochs> {
    return new Promise((resolve) => soon(() => resolve(epochsOf(tags))))
  }

  const unlinks = new OneTurn<readonly string[], undefined>(soon, MAX_AT_ONCE, async (names) => {
    await client.unlink(...names.flat())
    return []
  })

  /** Drops keys with one command per slot; on a single server with one for all, also of concurrent calls. */
  async function unlink(bySlot: readonly string[][]): Promise<void> {
    if (client.isCluster) await Promise.all(bySlot.map((names) => client.unlink(...names)))
    else if (bySlot.length > 0) await unlinks.ask(bySlot.flat())
  }

  async function compareClocks(): Promise<void> {
    const sentAt = clock.now()
    const [seconds, microseconds] = await client.time()
    clock.compare(Number(seconds) * 1_000 + Number(microseconds) / 1_000, sentAt)
  }

  return {
    clock,
    guarantee: { where: 'every process', readAfterWriteOf: 'keys and tags' },

    get(key, tags) {
      if (slow.has(key)) throw new CacheError('STORE_UNAVAILABLE', tooSlow(key).message, { key })
      return lookups.get(key, tags)
    },

    getMany(keys, tags) {
      return keys.some((key) => slow.has(key))
        ? Promise.all(keys.map((key) => this.get(key, tags)))
        : lookups.getMany(keys, tags)
    },

    async acquire(key, { token, leaseMs, seen, tags }): Promise<Acquired> {
      const position = ends?.position
      const answer = run('acquire', key, token, leaseMs, seen ?? '', position === undefined ? 0 : 1)
      const epochs = tags.length === 0 ? NONE : (await Promise.all([epochsSoon(tags), answer]))[0]
      const acquired = (await answer) as Buffer | [kind: Buffer, detail: Buffer]
      if (!Array.isArray(acquired)) return { kind: 'granted', epochs }
      const [kind, detail] = acquired
      switch (kind.toString()) {
        case 'entry':
          return { kind: 'entry', bytes: detail, epochs }
        case 'held':
          return {
            kind: 'held',
            endsInMs: Number(detail.toString()),
            ...(ends && { news: ends.newsSince(position, entryKey(key)) }),
          }
        default:
          return { kind: 'granted', epochs }
      }
    },

    async claim(key, { token, leaseMs, tags }) {
      const [epochs, head] = await Promise.all([epochsOf(tags), run('claim', key, token, leaseMs)])
      return { epochs, head: head as Buffer }
    },

    async fill(key, { token, entry, expiresAt }) {
      if (expiresAt > clock.earliest() && !slow.has(key))
        return await runEnd('fill', key, token, entry, Math.floor(expiresAt))
      await runEnd('release', key, token) // already expired, since its load outlasted its TTL; or too large
      return false
    },

    async renew(key, token, leaseMs) {
      return (await run('renew', key, token, leaseMs)) === 1
    },

    async release(key, token) {
      await runEnd('release', key, token)
    },

    async invalidate(keys, tags) {
      const names = keys.map((key) => [entryKey(key), leaseKey(key)])
      await Promise.all([unlink(names), ...tags.map(bump)])
      for (const [entry] of names) ends?.ended(entry!)
      return true
    },

    async invalidateAll() {
      for (const kind of ['l:', 'e:']) {
        for await (const keys of client.scan(`${globEscape(prefix)}${kind}*`)) {
          await unlink(keys.map((key) => [key]))
        }
      }
      return true
    },
  }
}

function tooSlow(key: string): CacheWarning {
  const message = `the entry of "${key}" took more than ${LONGEST_TRANSFER_MS} ms to transfer, so it is not kept for now; give Redis a faster connection, or smaller values`
  return { code: 'ENTRY_TOO_SLOW', message }
}

function globEscape(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&')
}

/** @throws CacheError `BAD_OPTION` for a prefix that would move entry and lease to different slots. */
export function checkPrefix(prefix: unknown): void {
  if (typeof prefix === 'string' && /^[^{}]+$/.test(prefix)) return
  const why = 'since invalidateAll drops all entries under it, without { and }, which choose the cluster slot'
  throw new CacheError('BAD_OPTION', `prefix is ${shown(prefix)}; give a name of your own, ${why}`)
}
