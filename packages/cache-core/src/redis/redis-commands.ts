import { newEpoch } from '../entry.ts'
import { CacheError } from '../errors.ts'
import type { Acquired, Epochs, Lookup, Store } from '../ports/store.ts'
import type { Arg, RedisClient } from './redis-client.ts'
import { ACQUIRE, CLAIM, FILL, RELEASE, RENEW, type Script } from './scripts.ts'
import type { ServerClock } from './server-clock.ts'
import { TrailingCoalescer } from './trailing-coalescer.ts'

/** An epoch ends so long after it was made, whereupon the entries that carry it are loaded anew. Bounds what tags leave behind. */
const TAG_TTL_MS = 7 * 24 * 60 * 60 * 1_000

/**
 * The guarded protocol as Redis commands, one round trip each: commands of a method are sent together, unpipelined, so
 * that in a cluster each goes to its own node. Rejects when Redis does; `redisStore` puts the resilience around it.
 */
export function redisCommands(client: RedisClient, prefix: string, clock: ServerClock): Store {
  const lookups = new TrailingCoalescer<Lookup>()
  const entryKey = (key: string) => `${prefix}e:${slot(key)}`
  const leaseKey = (key: string) => `${prefix}l:${slot(key)}`
  const tagKey = (tag: string) => `${prefix}t:${tag}`

  async function run(script: Script, key: string, ...args: Arg[]): Promise<unknown> {
    const keys = [entryKey(key), leaseKey(key)]
    try {
      return await client.evalsha(script.sha, keys, args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return await client.eval(script.lua, keys, args)
    }
  }

  /** A tag's epoch, made if missing: of two makers both get the first one's. */
  async function epochOf(tag: string): Promise<Buffer> {
    const made = newEpoch()
    const found = await client.setIfAbsent(tagKey(tag), made, TAG_TTL_MS).catch(notOurs)
    if (found === null) return made
    if (found?.length === made.length) return found
    await client.set(tagKey(tag), made, TAG_TTL_MS) // somebody else's value under our key
    return made
  }

  async function bump(tag: string): Promise<void> {
    try {
      await client.set(tagKey(tag), newEpoch(), TAG_TTL_MS)
    } catch (error) {
      if (!client.isRefusal(error)) throw error
      await client.unlink(tagKey(tag)) // a full Redis takes no value, but drops one: a missing epoch voids as well
    }
  }
  const epochsOf = (tags: readonly string[]): Promise<Epochs> => Promise.all(tags.map(epochOf))

  async function compareClocks(): Promise<void> {
    const sentAt = clock.now()
    const [seconds, microseconds] = await client.time()
    clock.compare(Number(seconds) * 1_000 + Number(microseconds) / 1_000, sentAt)
  }

  async function bytesAt(key: string): Promise<Buffer | undefined> {
    return (await client.get(key).catch(notOurs)) ?? undefined
  }

  async function lookUp(key: string, tags: readonly string[]): Promise<Lookup> {
    if (clock.isCompared && tags.length === 0) return { bytes: await bytesAt(entryKey(key)), epochs: [] }
    // The entry first: an epoch read before it could be older than the entry's own, which would then look void.
    const [bytes, epochs] = await Promise.all([
      bytesAt(entryKey(key)),
      Promise.all(tags.map((tag) => bytesAt(tagKey(tag)))),
      clock.isCompared || compareClocks(),
    ])
    return { bytes, epochs }
  }

  return {
    clock,
    guarantee: { where: 'every process', readAfterWriteOf: 'keys and tags' },

    get(key, tags) {
      const question = tags.length === 0 ? `k${key}` : `t${JSON.stringify([key, tags])}`
      return lookups.get(question, () => lookUp(key, tags))
    },

    async acquire(key, { token, leaseMs, seen, tags }): Promise<Acquired> {
      const sentAt = clock.now()
      const [answer, epochs] = await Promise.all([
        run(ACQUIRE, key, token, leaseMs, seen ? 1 : 0, seen ?? ''),
        epochsOf(tags),
      ])
      const [now, kind, detail] = answer as [Buffer, Buffer, Buffer]
      clock.compare(Number(now.toString()), sentAt)
      switch (kind.toString()) {
        case 'entry':
          return { kind: 'entry', bytes: detail, epochs }
        case 'held':
          return { kind: 'held', endsInMs: Number(detail.toString()) }
        default:
          return { kind: 'granted', epochs }
      }
    },

    async claim(key, { token, leaseMs, tags }) {
      const sentAt = clock.now()
      const [epochs, now] = await Promise.all([epochsOf(tags), run(CLAIM, key, token, leaseMs)])
      clock.compare(Number((now as Buffer).toString()), sentAt)
      return { epochs }
    },

    async fill(key, { token, entry, expiresAt }) {
      if (expiresAt > clock.earliest()) return (await run(FILL, key, token, entry, Math.floor(expiresAt))) === 1
      await run(RELEASE, key, token) // dead on arrival: its load outlasted its TTL
      return false
    },

    async renew(key, token, leaseMs) {
      return (await run(RENEW, key, token, leaseMs)) === 1
    },

    async release(key, token) {
      await run(RELEASE, key, token)
    },

    async invalidate(keys, tags) {
      await Promise.all([...keys.map((key) => client.unlink(entryKey(key), leaseKey(key))), ...tags.map(bump)])
      return true
    },

    async invalidateAll() {
      for (const kind of ['l:', 'e:']) {
        for await (const keys of client.scan(`${globEscape(prefix)}${kind}*`)) {
          await Promise.all(keys.map((key) => client.unlink(key)))
        }
      }
      return true
    },
  }
}

/** The key as a hash tag, so that entry and lease share a slot. Redis takes no empty tag, nor one that begins with `}`. */
function slot(key: string): string {
  return /^[}\\]|^$/.test(key) ? `{\\${key}}` : `{${key}}`
}

/** Somebody else's list or hash under our key: nothing of ours is there. */
function notOurs(error: unknown): undefined {
  if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return undefined
  throw error
}

function globEscape(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&')
}

/** @throws CacheError `BAD_OPTION` for a prefix that would move entry and lease to different slots. */
export function checkPrefix(prefix: string): string {
  if (/^[^{}]+$/.test(prefix)) return prefix
  const why = 'so that this cache clears nothing but its own, without { and }, which choose the cluster slot'
  throw new CacheError('BAD_OPTION', `prefix is "${prefix}"; give a name of your own, ${why}`)
}
