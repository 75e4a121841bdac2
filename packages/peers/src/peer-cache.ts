/**
 * A library behind cache-core's `Cache`, so that the same caller serves both.
 *
 * A read is the library's own read-through. A write is what their documentation has: commit, then delete.
 */
import { randomUUID } from 'node:crypto'
import type { Cache, Change, LoadContext, Outcome, ReadResult, WriteResult } from 'cache-core'
import type { OpenPeer } from './peer.ts'

/** What of a cache every library can do. */
export type PeerCache<T> = Pick<Cache<T>, 'read' | 'write' | 'invalidate' | 'invalidateAll'>

/** What is handed to the library: an object that JSON keeps, for none of the five keeps bytes. */
export interface ObjectCodec<T, O extends object> {
  encode(value: T): O
  decode(kept: O): T
}

export interface PeerCacheOptions<T, O extends object> {
  readonly peer: OpenPeer
  readonly ttlMs: number
  readonly codec: ObjectCodec<T, O>
  /** Told of each value loaded, which the library keeps whatever happened meanwhile. */
  readonly onFill?: () => void
  /** Told of keys and tags deleted. */
  readonly onInvalidate?: (count: number) => void
  /** Told what failed after a commit: the write is acknowledged, and the entries stay until their TTL ends. */
  readonly onError: (error: unknown) => void
}

/** Absence is kept too, as an entry whose value is null: some of the five take a bare null for a miss. */
interface Kept<O> {
  readonly value: O | null
  /** When its load ended, in milliseconds since the Unix epoch. */
  readonly loadedAt: number
  readonly loadMs: number
  /** In which process. */
  readonly by: string
}

/** Their loads get none of ours. */
const noContext: LoadContext = {
  signal: new AbortController().signal,
  skip() {},
  setTtl() {},
  setTags() {},
}
const self = randomUUID().slice(0, 8)
const now = () => performance.timeOrigin + performance.now()

export function peerCache<T, O extends object>(options: PeerCacheOptions<T, O>): PeerCache<T> {
  const { peer, ttlMs, codec, onFill, onInvalidate, onError } = options

  async function read(key: string, load: (context: LoadContext) => Promise<T | undefined>, tags: readonly string[]) {
    const beganAt = now()
    let mine: 'loading' | 'loaded' | { readonly failure: unknown } | undefined
    const loadAndKeep = async (): Promise<Kept<O>> => {
      const startedAt = now()
      mine = 'loading'
      try {
        const value = await load(noContext)
        const loadedAt = now()
        mine = 'loaded'
        onFill?.()
        const kept = value === undefined ? null : codec.encode(value)
        return { value: kept, loadedAt, loadMs: loadedAt - startedAt, by: self }
      } catch (failure) {
        mine = { failure }
        throw failure
      }
    }
    const kept = await peer.getOrLoad(key, loadAndKeep, { ttlMs, tags }).catch((error) => {
      // Some wrap it: the caller is to see what its own load threw.
      throw typeof mine === 'object' ? mine.failure : error
    })
    return resultOf(kept, mine === undefined ? sharedOutcome(kept, beganAt) : 'miss')
  }

  function resultOf({ value: kept, loadedAt, loadMs }: Kept<O>, outcome: Outcome): ReadResult<T> {
    const value = kept === null ? undefined : codec.decode(kept)
    const keptMs = Math.max(0, now() - loadedAt)
    const result = { value, ageMs: keptMs + loadMs, ttlMs: Math.max(0, ttlMs - keptMs), loadMs, asOf: 0 }
    const as = (outcome: Outcome): ReadResult<T> => ({ ...result, outcome, as })
    return as(outcome)
  }

  async function invalidate(keys: readonly string[], tags: readonly string[]): Promise<boolean> {
    onInvalidate?.(keys.length + tags.length)
    return succeeds(() => peer.invalidate(keys, tags))
  }

  async function succeeds(call: () => Promise<void>): Promise<boolean> {
    try {
      await call()
      return true
    } catch (error) {
      onError(error)
      return false
    }
  }

  return {
    read: ((key, load, options) => read(key, load, options?.tags ?? [])) as Cache<T>['read'],
    async write<R>(change: Change<T, R>, commit: () => Promise<R>): Promise<WriteResult<R>> {
      const result = await commit()
      const { keys, tags = [] } = change
      const touched = typeof keys === 'function' ? keys(result) : keys
      const isConfirmed = await invalidate(touched, typeof tags === 'function' ? tags(result) : tags)
      return { result, ack: 'database', isConfirmed }
    },
    invalidate: ({ keys = [], tags = [] }) => invalidate(keys, tags),
    invalidateAll() {
      onInvalidate?.(1)
      return succeeds(() => peer.invalidateAll())
    },
  }
}

/** Of a read whose load did not run: it waited for another of this process, if that ended only after the read began. */
function sharedOutcome({ by, loadedAt }: Kept<unknown>, beganAt: number): Outcome {
  return by === self && loadedAt >= beganAt ? 'collapsed' : 'hit'
}
