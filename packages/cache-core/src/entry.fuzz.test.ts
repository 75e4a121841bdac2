/**
 * Arbitrary bytes under a key, through the decoder and through a whole cache. Nothing throws. Bytes that are damaged, foreign, or
 * of another length, format or key are a miss, and are replaced.
 *
 * `FUZZ_RUNS` inputs (default 50,000), with the seed `FUZZ_SEED` if given.
 */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createCache } from './create-cache.ts'
import { check, Entry, encodeEntry, identityOf } from './entry.ts'
import { memoryStore } from './stores/memory.ts'
import { cacheAside } from './strategies/cache-aside.ts'
import { invalidate } from './strategies/invalidate.ts'

const RUNS = Number(process.env.FUZZ_RUNS ?? 50_000)
const SEED = process.env.FUZZ_SEED === undefined ? {} : { seed: Number(process.env.FUZZ_SEED) }
const HEADER_BYTES = 40

/** The bytes under a key, and the expected outcome. */
interface Input {
  readonly what: string
  readonly key: string
  readonly bytes: Buffer
  /**
   * `miss`: not one of our entries. `hit`: an intact entry. `either`: a valid check over wrong fields, or a damaged payload, which
   * only the codec can detect.
   */
  readonly expected: 'hit' | 'miss' | 'either'
}

const bytesOf = (maxLength: number) => fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes))
const epoch = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes))
const payload = fc.oneof(
  fc.json().map((text) => Buffer.from(`j${text}`)),
  bytesOf(40).map((bytes) => Buffer.concat([Buffer.from('b'), bytes])),
)
const soon = { min: 1_000_000, max: 2_000_000, noNaN: true }
const whole = fc
  .record({
    key: fc.oneof(fc.constant('post:42'), fc.string({ unit: 'grapheme', maxLength: 12 })),
    payload: fc.option(payload, { nil: undefined }),
    loadedAt: fc.double({ min: 0, max: 1_000, noNaN: true }),
    freshUntil: fc.double(soon),
    loadMs: fc.float(),
    epochs: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(epoch, { maxLength: 4 }) },
    ),
  })
  .map((parts) => ({ key: parts.key, bytes: encodeEntry(parts) }))

/** Changes the bytes of an intact entry; the header keeps its old check. */
function damaged(what: string, change: fc.Arbitrary<(bytes: Buffer) => Buffer>): fc.Arbitrary<Input> {
  return fc.tuple(whole, change).map(([{ key, bytes }, changed]) => {
    const after = changed(Buffer.from(bytes))
    return { what, key, bytes: after, expected: after.equals(bytes) ? 'hit' : 'miss' }
  })
}

/** Changes fields of the header, and writes a valid check. */
function forged(what: string, change: fc.Arbitrary<(bytes: Buffer) => void>): fc.Arbitrary<Input> {
  return fc.tuple(whole, change).map(([{ key, bytes }, changed]) => {
    changed(bytes)
    bytes.writeUInt32LE(check(bytes, key), 36)
    return { what, key, bytes, expected: 'either' }
  })
}

const headerBit = fc.nat(HEADER_BYTES * 8 - 1).map((bit) => (bytes: Buffer) => {
  bytes[bit >> 3]! ^= 1 << (bit & 7)
  return bytes
})
const headerRange = fc.tuple(fc.nat(HEADER_BYTES - 1), bytesOf(16)).map(([at, noise]) => (bytes: Buffer) => {
  noise.copy(bytes, at, 0, Math.min(noise.length, HEADER_BYTES - at))
  return bytes
})
const shorter = fc.nat(10_000).map((n) => (bytes: Buffer) => bytes.subarray(0, n % (bytes.length + 1)))
const longer = bytesOf(20).map((more) => (bytes: Buffer) => Buffer.concat([bytes, more]))
const laterBit = fc.nat(100_000).map((n) => (bytes: Buffer) => {
  const bits = (bytes.length - HEADER_BYTES) * 8
  if (bits === 0) return
  const bit = HEADER_BYTES * 8 + (n % bits)
  bytes[bit >> 3]! ^= 1 << (bit & 7)
})
const foreign = fc.oneof(
  bytesOf(300),
  fc.json().map((text) => Buffer.from(text)),
  fc.string().map((text) => Buffer.from(`a:1:{s:${text.length}:"${text}";}`)),
  fc.string().map((text) => gzipSync(text)),
  // Our magic and a format, then random bytes.
  fc.tuple(fc.nat(255), bytesOf(120)).map(([format, rest]) => Buffer.concat([Buffer.from([0xce, format]), rest])),
)

const input: fc.Arbitrary<Input> = fc.oneof(
  whole.map((entry): Input => ({ what: 'whole', ...entry, expected: 'hit' })),
  fc.tuple(whole, fc.string({ maxLength: 12 })).map(([{ key, bytes }, other]): Input => {
    return { what: "another key's", key: other, bytes, expected: other === key ? 'hit' : 'miss' }
  }),
  fc.tuple(fc.string(), foreign).map(([key, bytes]): Input => ({ what: 'foreign', key, bytes, expected: 'miss' })),
  damaged('a bit of the header flipped', headerBit),
  damaged('header overwritten', headerRange),
  damaged('cut short', shorter),
  damaged('too long', longer),
  forged(
    'the number of tags lies',
    fc.nat(255).map((n) => (bytes) => void bytes.writeUInt8(n, 3)),
  ),
  forged(
    'the length lies',
    fc.nat(0xffffffff).map((n) => (bytes) => void bytes.writeUInt32LE(n, 32)),
  ),
  forged(
    'any header at all',
    bytesOf(34).map((noise) => (bytes) => void noise.copy(bytes, 2)),
  ),
  forged('a bit after the header flipped', laterBit),
)

/** The entry, if there is one, after reading all its properties once. */
function decode({ key, bytes }: Input): Entry | undefined {
  identityOf(bytes)
  const entry = Entry.decode(bytes, key)
  if (entry === undefined) return undefined
  const tags = bytes[3]!
  expect(entry.payload.length).toBe(bytes.readUInt32LE(32))
  expect(bytes.length).toBe(HEADER_BYTES + 8 * tags + entry.payload.length)
  for (const time of [entry.loadedAt, entry.freshUntil, entry.loadMs]) expect(time).toBeTypeOf('number')
  const epochs = Array.from({ length: tags }, (_, i) =>
    bytes.subarray(HEADER_BYTES + 8 * i, HEADER_BYTES + 8 * (i + 1)),
  )
  expect(entry.hasEpochs(epochs)).toBe(true)
  expect(entry.hasEpochs([...epochs, Buffer.alloc(8)])).toBe(false)
  return entry
}

const LOADED = { loaded: 'from the origin' }
const store = memoryStore({ maxBytes: 1_000_000, runtime: { now: () => 1_000 } })
const cache = createCache({ store, read: cacheAside(), write: invalidate() })

/** The outcome of a cache that finds these bytes under the key, and whether it replaced them. */
async function readThroughCache({ key, bytes }: Input): Promise<'hit' | 'miss'> {
  await store.claim(key, { token: 'theirs', leaseMs: 1_000, tags: [] })
  await store.fill(key, { token: 'theirs', entry: bytes, expiresAt: 1_000_000 })
  const { outcome, value } = await cache.read(key, async () => LOADED)
  if (outcome === 'hit') return 'hit'
  expect({ outcome, value }).toEqual({ outcome: 'miss', value: LOADED })
  expect(await cache.read(key, async () => 'again')).toMatchObject({ outcome: 'hit', value: LOADED })
  return 'miss'
}

it(
  `neither throws nor accepts a foreign entry, in ${RUNS} inputs`,
  async () => {
    const seen: Record<string, number> = {}
    await fc.assert(
      fc.asyncProperty(input, async (made) => {
        const entry = decode(made)
        const found = entry === undefined ? 'miss' : 'hit'
        if (made.expected !== 'either') expect(found, made.what).toBe(made.expected)
        const answer = await readThroughCache(made)
        if (entry === undefined) expect(answer, made.what).toBe('miss')
        const which = `${made.what}: ${answer}`
        seen[which] = (seen[which] ?? 0) + 1
      }),
      { numRuns: RUNS, ...SEED },
    )
    // Checks that the inputs reach the intended outcomes.
    for (const reached of [
      'whole: hit',
      "another key's: miss",
      'foreign: miss',
      'a bit after the header flipped: hit',
    ]) {
      expect(seen, reached).toHaveProperty([reached])
    }
  },
  60_000 + RUNS,
)
