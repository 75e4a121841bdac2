import { CacheError } from '../errors.ts'
import { questionOf } from '../ports/question.ts'
import { type Lookup, NO_EPOCHS } from '../ports/store.ts'
import { TransferTooSlow } from '../resilience/deadlines.ts'
import { TrailingCoalescer } from '../resilience/trailing-coalescer.ts'
import type { RedisClient } from './redis-client.ts'
import type { SlowEntries } from './slow-entries.ts'

/** An entry of at least this many bytes is read by its own GET, so that small ones don't wait for its transfer. */
const LARGE_BYTES = 64 * 1024
const MAX_LARGE_REMEMBERED = 10_000
/** Names per MGET. While Redis answers one, it answers nobody else. */
const MAX_NAMES = 1_000

export interface LookupParts {
  readonly client: Pick<RedisClient, 'get' | 'mget' | 'isCluster'>
  readonly entryKey: (key: string) => string
  readonly tagKey: (tag: string) => string
  /** `Runtime.soon` */
  readonly soon: (action: () => void) => void
  /** Resolves once the server's time is known. `undefined`: it is. */
  readonly knowTime: () => Promise<void> | undefined
  readonly slow: SlowEntries
}

/**
 * The lookups of a store, in one round trip each.
 *
 * **On a single server, the lookups that begin in one turn of the event loop are one MGET**: a hit then costs a fraction of a GET
 * of its own, a tag that many of them share is sent once, and an entry and its epochs are read at one moment. Large entries, and
 * the entries of a Cluster, have a GET of their own, which callers that arrive during it share next time.
 */
export class Lookups {
  readonly #parts: LookupParts
  readonly #alone = new TrailingCoalescer<Lookup>()
  readonly #large = new Set<string>()
  #batch: Batch | undefined

  constructor(parts: LookupParts) {
    this.#parts = parts
  }

  get(key: string, tags: readonly string[]): Promise<Lookup> {
    if (this.#isAlone(key)) return this.#alone.get(questionOf(key, tags), () => this.#getAlone(key, tags))
    const { entryKey, tagKey } = this.#parts
    const batch = this.#open()
    const place = batch.placeOf(batch.entries, key, entryKey)
    const tagPlaces = batch.placesOf(tags, tagKey)
    if (batch.names.length >= MAX_NAMES) this.#send()
    return batch.answered.then((values) => this.#found(key, values, place, tagPlaces))
  }

  /** In the order of `keys`. */
  getMany(keys: readonly string[], tags: readonly string[]): Promise<readonly Lookup[]> {
    if (keys.length + tags.length > MAX_NAMES || keys.some((key) => this.#isAlone(key))) {
      return Promise.all(keys.map((key) => this.get(key, tags)))
    }
    const { entryKey, tagKey } = this.#parts
    const batch = this.#open()
    const places = keys.map((key) => batch.placeOf(batch.entries, key, entryKey))
    const tagPlaces = batch.placesOf(tags, tagKey)
    if (batch.names.length >= MAX_NAMES) this.#send()
    return batch.answered.then((values) => keys.map((key, i) => this.#found(key, values, places[i]!, tagPlaces)))
  }

  #isAlone(key: string): boolean {
    return this.#parts.client.isCluster || (this.#large.size > 0 && this.#large.has(key))
  }

  #open(): Batch {
    if (this.#batch === undefined) {
      this.#batch = new Batch()
      this.#parts.soon(() => this.#send())
    }
    return this.#batch
  }

  #found(key: string, values: Values, place: number, tagPlaces: readonly number[]): Lookup {
    const bytes = values[place] ?? undefined
    if (bytes !== undefined && bytes.length >= LARGE_BYTES) this.#remember(key)
    if (tagPlaces.length === 0) return { bytes, epochs: NO_EPOCHS }
    const epochs: (Buffer | undefined)[] = []
    for (const at of tagPlaces) epochs.push(values[at] ?? undefined)
    return { bytes, epochs }
  }

  #send(): void {
    const batch = this.#batch
    if (batch === undefined) return
    this.#batch = undefined
    const values = this.#parts.client.mget(batch.names)
    const time = this.#parts.knowTime()
    batch.answer(time === undefined ? values : Promise.all([values, time]).then(([values]) => values))
    values.catch((error) => {
      // One of them is too large for the connection. By its own GET, each shows whether it is the one.
      if (isTooSlow(error)) for (const key of batch.entries.keys()) this.#remember(key)
    })
  }

  #remember(key: string): void {
    if (this.#large.size >= MAX_LARGE_REMEMBERED) this.#large.clear()
    this.#large.add(key)
  }

  async #getAlone(key: string, tags: readonly string[]): Promise<Lookup> {
    const { client, tagKey, knowTime } = this.#parts
    // The entry first: an epoch read before it could be older than the entry's, which would then look invalidated.
    const [bytes, epochs] = await Promise.all([
      this.#entryAlone(key),
      Promise.all(tags.map(async (tag) => (await client.get(tagKey(tag)).catch(notOurs)) ?? undefined)),
      knowTime(),
    ])
    if (bytes === undefined || bytes.length < LARGE_BYTES) this.#large.delete(key)
    return { bytes, epochs }
  }

  async #entryAlone(key: string): Promise<Buffer | undefined> {
    const { client, entryKey, slow } = this.#parts
    try {
      return (await client.get(entryKey(key))) ?? undefined
    } catch (error) {
      if (isTooSlow(error)) slow.add(key)
      return notOurs(error)
    }
  }
}

type Values = readonly (Buffer | null)[]

/** Lookups that are sent together. */
class Batch {
  /** Of entries and tags in Redis, each once. */
  readonly names: string[] = []
  /** The place among the names of each key's entry, and of each tag's epoch. */
  readonly entries = new Map<string, number>()
  readonly #tags = new Map<string, number>()
  readonly answered: Promise<Values>
  /** Call it once. */
  readonly answer: (values: Promise<Values>) => void

  constructor() {
    const { promise, resolve } = Promise.withResolvers<Values>()
    this.answered = promise
    this.answer = resolve
  }

  placeOf(places: Map<string, number>, name: string, inRedis: (name: string) => string): number {
    const known = places.get(name)
    if (known !== undefined) return known
    const place = this.names.push(inRedis(name)) - 1
    places.set(name, place)
    return place
  }

  placesOf(tags: readonly string[], tagKey: (tag: string) => string): readonly number[] {
    if (tags.length === 0) return NO_PLACES
    const places: number[] = []
    for (const tag of tags) places.push(this.placeOf(this.#tags, tag, tagKey))
    return places
  }
}

const NO_PLACES: readonly number[] = []

/** Whether one of the command's entries is too large for the connection. */
export function isTooSlow(error: unknown): boolean {
  return error instanceof CacheError && error.cause instanceof TransferTooSlow
}

/** A foreign list or hash under our key counts as no entry. */
export function notOurs(error: unknown): undefined {
  if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return undefined
  throw error
}
