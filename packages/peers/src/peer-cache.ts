/**
 * A library behind cache-core's `Cache`, so that both have the same callers.
 *
 * A read is the library's own read-through. A write is as in their documentation: commit, then delete.
 */
import { randomUUID } from 'node:crypto'
import type { Cache, Change, LoadContext, LoadMany, Outcome, ReadResult, WriteResult } from 'cache-core'
import type { OpenPeer } from './peer.ts'

/** The part of `Cache` that every library supports. */
export type PeerCache<T> = Pick<Cache<T>, 'read' | 'readMany' | 'write' | 'invalidate' | 'invalidateAll'>

/** Converts to a JSON object for the library: none of the five stores bytes. */
export interface ObjectCodec<T, O extends object> {
  encode(value: T): O
  decode(kept: O): T
}

export interface PeerCacheOptions<T, O extends object> {
  readonly peer: OpenPeer
  readonly ttlMs: number
  readonly codec: ObjectCodec<T, O>
  /** Called for each loaded value, which the library always keeps. */
  readonly onFill?: () => void
  /** Called with the number of keys and tags deleted. */
  readonly onInvalidate?: (count: number) => void
  /** Called for a failure after a commit: the write is acknowledged, and the entries stay until their TTL ends. */
  readonly onError: (error: unknown) => void
}

/** An absent value is kept as an object with a null value: some of the five treat a bare null as a miss. */
interface Kept<O> {
  readonly value: O | null
  /** When its load ended, in milliseconds since the Unix epoch. */
  readonly loadedAt: number
  readonly loadMs: number
  /** The process that loaded it. */
  readonly by: string
}

/** The libraries provide no load context. */
const noContext: Omit<LoadContext, 'key'> = {
  signal: new AbortController().signal,
  isBehindAnswer: false,
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
        const value = await load({ ...noContext, key })
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
      // Some libraries wrap the error; the caller must get the one that its load threw.
      throw typeof mine === 'object' ? mine.failure : error
    })
    return resultOf(kept, mine === undefined ? sharedOutcome(kept, beganAt) : 'miss')
  }

  /** No library reads several keys through one load, so each key is read and loaded by itself, all at the same time. */
  async function readMany(keys: readonly string[], load: LoadMany<T>, tags: readonly string[]) {
    const answers = [...new Set(keys)].map(async (key) => {
      const loadOne = async () => (await load([key], () => ({ ...noContext, key }))).get(key)
      return [key, await read(key, loadOne, tags)] as const
    })
    return new Map(await Promise.all(answers))
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
    readMany: ((keys, load, options) => readMany(keys, load, options?.tags ?? [])) as Cache<T>['readMany'],
    async write<R>(change: Change<T, R>, commit: () => Promise<R>): Promise<WriteResult<R>> {
      const result = await commit()
      const { keys, tags = [], changed } = change
      if (changed?.(result) === false) return { result, ack: 'database', isConfirmed: true }
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

/** The outcome of a read whose own load did not run. It shared a load of this process if that load ended after the read began. */
function sharedOutcome({ by, loadedAt }: Kept<unknown>, beganAt: number): Outcome {
  return by === self && loadedAt >= beganAt ? 'collapsed' : 'hit'
}
