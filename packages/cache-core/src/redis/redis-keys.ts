/** The names under which the Redis store keeps what belongs to a key or a tag. */
export interface RedisKeys {
  readonly entry: (key: string) => string
  readonly lease: (key: string) => string
  /** Set while somebody waits for the lease. */
  readonly mark: (key: string) => string
  /** A tag's epoch. */
  readonly tag: (tag: string) => string
  /** The beginnings of the names of all entries, and of all epochs. */
  readonly tracked: readonly string[]
  /** What is kept under such a name. `undefined`: nothing of ours. */
  whatIs(name: string): { readonly key: string } | { readonly tag: string } | undefined
}

/** @param buckets of a queue of writes: entry, lease and mark are then in the slot of the key's bucket. */
export function redisKeys(prefix: string, buckets?: number): RedisKeys {
  const slot = buckets === undefined ? slotOfKey : (key: string) => `${slotOfBucket(bucketOf(key, buckets))}${key}`
  const entries = `${prefix}e:`
  const tags = `${prefix}t:`
  return {
    entry: (key) => `${entries}${slot(key)}`,
    lease: (key) => `${prefix}l:${slot(key)}`,
    mark: (key) => `${prefix}w:${slot(key)}`,
    tag: (tag) => `${tags}${tag}`,
    tracked: [entries, tags],
    whatIs(name) {
      if (name.startsWith(tags)) return { tag: name.slice(tags.length) }
      if (!name.startsWith(`${entries}{`) || !name.endsWith('}')) return undefined
      const inSlot = name.slice(entries.length + 1, -1)
      return { key: inSlot.charCodeAt(0) === BACKSLASH ? inSlot.slice(1) : inSlot }
    },
  }
}

/** The key as a hash tag, so that entry, lease and mark share a slot. Redis accepts no tag that is empty or begins with `}`. */
function slotOfKey(key: string): string {
  const first = key.charCodeAt(0) // NaN: it is empty
  return first === CLOSING_BRACE || first === BACKSLASH || Number.isNaN(first) ? `{\\${key}}` : `{${key}}`
}

const CLOSING_BRACE = '}'.charCodeAt(0)
const BACKSLASH = '\\'.charCodeAt(0)

/** The names under which a queue keeps the writes of a bucket. All are in one slot, with the entries and leases of its keys. */
export interface QueueKeys {
  readonly stream: string
  readonly pending: string
  readonly dead: string
  /** The direct writes to a key that are under way. */
  readonly direct: (key: string) => string
  /** Which keys have direct writes, and until when. */
  readonly marked: string
  /** Whether a write was queued. */
  readonly fate: (writeId: string) => string
}

export function queueKeys(prefix: string, bucket: number): QueueKeys {
  const slot = slotOfBucket(bucket)
  return {
    stream: `${prefix}wb:${slot}`,
    pending: `${prefix}wp:${slot}`,
    dead: `${prefix}wx:${slot}`,
    direct: (key) => `${prefix}wd:${slot}${key}`,
    marked: `${prefix}wm:${slot}`,
    fate: (writeId) => `${prefix}wf:${slot}${writeId}`,
  }
}

/** The same in every process and release: the order of a key's writes depends on it. (FNV-1a) */
export function bucketOf(key: string, buckets: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % buckets
}

function slotOfBucket(bucket: number): string {
  return `{wb${bucket}}`
}
