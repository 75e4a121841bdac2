/**
 * The memory use of a memory store's process under churn:
 * `node --expose-gc --conditions=workspace-source bench/memory-churn.ts VARIANT [MIB] [OPERATIONS]`
 *
 * | variant | operations                                                                            |
 * | zipf    | reads of 300 B values, Zipf(0.8) over 1,000,000 keys, 2 % writes                      |
 * | kept    | each key is read once, then 19 of 20 are invalidated                                  |
 * | sizes   | like zipf, with values of 1 to 20 kB, 100,000 keys                                    |
 * | absent  | like kept, with absent values                                                         |
 * | tags    | each read has its own tag; entries are invalidated as in kept                         |
 * | cut     | like kept, each key is a slice of a text of 20 kB                                     |
 *
 * Prints one line of JSON: the memory beyond that at the start, in MiB, after a collection and at its peak without one; and the
 * time per operation.
 */
import { setImmediate, setTimeout } from 'node:timers/promises'
import { seededRandom } from 'workload'
import { cacheAside, createCache, invalidate, memoryStore } from '../src/index.ts'

const MIB = 2 ** 20
const collect = globalThis.gc
if (collect === undefined) throw new Error('memory-churn needs node --expose-gc')
const [variant = 'zipf', mib = '64', operations = '3000000'] = process.argv.slice(2)
const count = Number(operations)
const cache = createCache<string>({
  store: memoryStore({ maxBytes: Number(mib) * MIB }),
  read: cacheAside({ ttlMs: 3_600_000 }),
  write: invalidate(),
})

const { uniform: random } = seededRandom(1)

/** Zipf's law with an exponent of 0.8, by the inverse of its integral. */
const zipf = (keys: number) => Math.floor((random() * (keys ** 0.2 - 1) + 1) ** 5)
const text = 'a value of no interest; '.repeat(1_000)
const valueFor = (id: number, bytes: number) => String(id).padEnd(12) + text.slice(0, bytes - 12)

async function popular(keys: number, bytesOf: (id: number) => number): Promise<void> {
  const id = zipf(keys)
  if (random() < 0.02) await cache.write({ keys: [`post:${id}`] }, async () => {})
  else await cache.read(`post:${id}`, async () => valueFor(id, bytesOf(id)))
}

/** An entry is invalidated after this many others were added, not while it is young. */
const LATER = 2_000

async function keptOneIn20(i: number, read: (id: number) => Promise<unknown>, keyOf = (id: number) => `post:${id}`) {
  await read(i)
  if (i >= LATER && (i - LATER) % 20 !== 0) await cache.invalidate({ keys: [keyOf(i - LATER)] })
}

const cutOut = (id: number) => `${id}:`.padEnd(20_000, '.').slice(0, 30)
const variants: Record<string, (i: number) => Promise<void>> = {
  zipf: () => popular(1_000_000, () => 300),
  kept: (i) => keptOneIn20(i, (id) => cache.read(`post:${id}`, async () => valueFor(id, 300))),
  sizes: () => popular(100_000, (id) => 1_000 + ((Math.imul(id, 2_654_435_761) >>> 0) % 19_000)),
  absent: (i) => keptOneIn20(i, (id) => cache.read(`post:${id}`, async () => undefined)),
  tags: (i) => keptOneIn20(i, (id) => cache.read(`post:${id}`, async () => 'short', { tags: [`tag:${id}`] })),
  cut: (i) => keptOneIn20(i, (id) => cache.read(cutOut(id), async () => 'short'), cutOut),
}
const operate = variants[variant]
if (operate === undefined)
  throw new Error(`the variant is "${variant}"; give one of ${Object.keys(variants).join(', ')}`)

async function measured(): Promise<NodeJS.MemoryUsage> {
  for (let i = 0; i < 3; i++) {
    collect!()
    await setTimeout(20) // buffers are freed off the main thread
  }
  return process.memoryUsage()
}

const start = await measured()
let peak = start
const startedAt = performance.now()
for (let i = 0; i < count; i++) {
  await operate(i)
  if (i % 500 !== 0) continue
  await setImmediate()
  const now = process.memoryUsage()
  peak = {
    ...now,
    external: Math.max(peak.external, now.external),
    heapUsed: Math.max(peak.heapUsed, now.heapUsed),
    rss: Math.max(peak.rss, now.rss),
  }
}
const microseconds = ((performance.now() - startedAt) * 1_000) / count
const end = await measured()
const inMiB = (bytes: number) => Math.round((bytes / MIB) * 10) / 10
const beyond = ({ external, heapUsed, rss }: NodeJS.MemoryUsage) => ({
  external: inMiB(external - start.external),
  heap: inMiB(heapUsed - start.heapUsed),
  rss: inMiB(rss - start.rss),
})
const { stats } = cache
console.log(
  JSON.stringify({
    node: process.version,
    variant,
    mib: Number(mib),
    afterCollection: beyond(end),
    highest: beyond(peak),
    external: inMiB(end.external),
    microseconds: Math.round(microseconds * 10) / 10,
    hits: stats().hits,
  }),
)
