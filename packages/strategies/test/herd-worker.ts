/** One process of the herd: on a message it reads a key many times in parallel, and reports loads and waits. */
import { createCache } from 'cache-core'
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { defaultTuning, type StrategyName, strategies } from '../src/index.ts'

export interface HerdOptions {
  readonly strategy: StrategyName
  readonly redisUrl: string
  readonly prefix: string
  readonly ttlMs: number
  readonly leaseMs: number
  readonly loadMs: number
}

export interface Stampede {
  readonly key: string
  readonly readers: number
  /** The wall-clock time at which all processes begin. */
  readonly startAt: number
}

/** `loading` is sent as a load begins, `done` when all readers are answered. */
export type HerdReport = { readonly kind: 'ready' | 'loading' } | { readonly kind: 'done'; readonly waitsMs: number[] }

const options = JSON.parse(process.argv[2]!) as HerdOptions
const client = new Redis(options.redisUrl, { ...redisOptions, lazyConnect: true })
const { store, read, write } = strategies[options.strategy]
const cache = createCache<string>({
  store: store({ client, prefix: options.prefix }),
  read: read({ ...defaultTuning, ttlMs: options.ttlMs, leaseMs: options.leaseMs }),
  write: write(),
})

async function load(): Promise<string> {
  report({ kind: 'loading' })
  await new Promise((resolve) => setTimeout(resolve, options.loadMs))
  return 'value'
}

async function oneWait(key: string): Promise<number> {
  const start = performance.now()
  const { value } = await cache.read(key, load)
  if (value !== 'value') throw new Error(`read ${value}`)
  return performance.now() - start
}

process.on('message', async ({ key, readers, startAt }: Stampede) => {
  await new Promise((resolve) => setTimeout(resolve, startAt - Date.now()))
  const waitsMs = await Promise.all(Array.from({ length: readers }, () => oneWait(key)))
  report({ kind: 'done', waitsMs })
})

await client.connect()
report({ kind: 'ready' })

function report(message: HerdReport): void {
  process.send!(message)
}
