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

export function redisKeys(prefix: string): RedisKeys {
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
function slot(key: string): string {
  const first = key.charCodeAt(0) // NaN: it is empty
  return first === CLOSING_BRACE || first === BACKSLASH || Number.isNaN(first) ? `{\\${key}}` : `{${key}}`
}

const CLOSING_BRACE = '}'.charCodeAt(0)
const BACKSLASH = '\\'.charCodeAt(0)
