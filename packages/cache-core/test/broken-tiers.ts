/** Two tiers with one safeguard removed. */
import { type Invariant, type Plan, tieredBackend } from '../explorer/index.ts'
import { cacheAside, invalidate, type Store, writeThrough } from '../src/index.ts'
import type { RedisClient } from '../src/redis/redis-client.ts'
import { redisStoreOver } from '../src/redis/redis-store.ts'
import { tieredStoreOver } from '../src/redis/tiered-store.ts'
import { type Attempt, NearEntries } from '../src/stores/near-entries.ts'
import type { Broken } from './broken.ts'

const ROOM_BYTES = 1_000_000

/** Keeps what a lookup has found, although the key was dropped meanwhile. */
class KeepsEveryReply extends NearEntries {
  override keep({ keys, tags }: Attempt, ...found: KeepArguments): void {
    super.keep(this.ask(keys, tags), ...found)
  }
}

type KeepArguments = Parameters<NearEntries['keep']> extends [Attempt, ...infer Rest] ? Rest : never

/** Keeps its copies when the connection is lost. */
class KeepsAll extends NearEntries {
  override clear(): void {}
  reallyClear(): void {
    super.clear()
  }
}

/** @param vary makes the variant from the store, the Redis store below it, and its copies */
const withCopies = <N extends NearEntries>(
  Near: new (maxBytes: number) => N,
  vary: (far: Required<Store>, near: N) => Partial<Store> = () => ({}),
) =>
  tieredBackend((client, options) => {
    const near = new Near(ROOM_BYTES)
    return { ...tieredStoreOver(client, options, near), ...vary(redisStoreOver(client, options), near) }
  })

/** Another way to be told of changes. */
const toldBy = (track: (original: Required<RedisClient>['track']) => Required<RedisClient>['track']) =>
  tieredBackend((client, options) => {
    const own = client as { track: Required<RedisClient>['track'] }
    own.track = track(own.track)
    return tieredStoreOver(client, options)
  })

const invalidating = { read: cacheAside, write: invalidate }
const filling = { read: cacheAside, write: writeThrough }
const stale: readonly Invariant[] = ['read after write', 'nothing is permanently stale']

const read = { does: 'read', key: 'row', tags: [], times: 1, loadFails: false } as const
const write = {
  does: 'write',
  change: { keys: ['row'], tags: [], entryTags: [], keysKnownLate: false },
  fails: 'no',
} as const

/** Among random plans, too few have two readers in the process that is told, and nothing else. */
const twoReadersAndWriter: Plan = {
  before: 'fresh',
  processes: 2,
  actors: [
    { name: 'R1', process: 0, task: read },
    { name: 'R2', process: 0, task: read },
    { name: 'W1', process: 1, task: write },
  ],
  moves: [],
}

export const brokenTiers: readonly Broken[] = [
  {
    name: 'two tiers: a reply is kept although the key has changed since',
    ...filling,
    backend: withCopies(KeepsEveryReply),
    breaks: stale,
    plan: twoReadersAndWriter,
  },
  {
    name: 'two tiers: an own invalidation drops no copy',
    ...invalidating,
    backend: withCopies(NearEntries, ({ invalidate, invalidateAll }) => ({ invalidate, invalidateAll })),
    breaks: ['read after write'],
  },
  {
    name: 'two tiers: an own fill drops no copy',
    ...filling,
    backend: withCopies(NearEntries, ({ fill }) => ({ fill })),
    breaks: ['read after write'],
  },
  {
    name: 'two tiers: a lost connection leaves the copies',
    ...invalidating,
    backend: withCopies(KeepsAll, ({ invalidateAll }, near) => ({
      async invalidateAll() {
        const isConfirmed = await invalidateAll()
        near.reallyClear()
        return isConfirmed
      },
    })),
    breaks: stale,
    plan: {
      ...twoReadersAndWriter,
      // The last reads begin with the first process, and take a while: the second one has a new connection by then.
      actors: twoReadersAndWriter.actors.map((actor) => ({ ...actor, process: 1 - actor.process })),
      moves: [{ name: 'hang up#1', does: 'hang up', to: '1' }],
    },
  },
  {
    name: 'two tiers: changes of epochs are not told',
    ...invalidating,
    backend: toldBy((track) => (prefixes, listener) => track(prefixes.slice(0, 1), listener)),
    breaks: stale,
  },
  {
    name: 'two tiers: the watchdog does not ask over the connection',
    ...invalidating,
    backend: toldBy((track) => async (prefixes, listener) => ({
      ...(await track(prefixes, listener)),
      ping: async () => 'PONG',
    })),
    breaks: stale,
    plan: { ...twoReadersAndWriter, moves: [{ name: 'silence#1', does: 'silence', to: '0' }] },
  },
]
