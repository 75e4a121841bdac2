/** The names under which the Redis store keeps what belongs to a key or a tag. */
export interface RedisKeys {
  readonly entry: (key: string) => string
  readonly lease: (key: string) => string
  /** Set while somebody waits for the lease. */
  readonly mark: (key: string) => string
  /** A tag's epoch. */
  readonly tag: (tag: string) => string
}

export function redisKeys(prefix: string): RedisKeys {
  return {
    entry: (key) => `${prefix}e:${slot(key)}`,
    lease: (key) => `${prefix}l:${slot(key)}`,
    mark: (key) => `${prefix}w:${slot(key)}`,
    tag: (tag) => `${prefix}t:${tag}`,
  }
}

/** The key as a hash tag, so that entry, lease and mark share a slot. Redis accepts no tag that is empty or begins with `}`. */
function slot(key: string): string {
  const first = key.charCodeAt(0) // NaN: it is empty
  return first === CLOSING_BRACE || first === BACKSLASH || Number.isNaN(first) ? `{\\${key}}` : `{${key}}`
}

const CLOSING_BRACE = '}'.charCodeAt(0)
const BACKSLASH = '\\'.charCodeAt(0)
