import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { bytesCodec, createCache, expireOnly, stampedeLock } from 'cache-core'
import { redisOptions, redisStore } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { quantilesOf, seededRandom } from 'workload'

export interface Growth {
  readonly keys: number
  /** CPU time per hit in microseconds, of cache-core and of a raw `getBuffer`; their ratio, and its quartiles over the rounds. */
  readonly hit: {
    readonly oursUs: number
    readonly rawUs: number
    readonly ratio: number
    readonly quartiles: readonly [number, number]
  }
  /** Growth of Redis's used memory. */
  readonly bytesPerEntry: { readonly ours: number; readonly plain: number; readonly ratio: number }
  /** From the start of a new process to its first hit. */
  readonly firstHitMs: number
}

export const PREFIX = 'g:'
const VALUE = Buffer.alloc(350, 'x')
const DAY_MS = 86_400_000
const IN_FLIGHT = 64
const OPERATIONS = 20_000
const keyOf = (i: number) => `post:${i}`

export function openCache(client: Redis) {
  const store = redisStore({ client, prefix: PREFIX })
  return createCache<Buffer>({ store, read: stampedeLock({ ttlMs: DAY_MS }), write: expireOnly(), codec: bytesCodec })
}

/** On an empty Redis, which is empty again afterwards. */
export async function measureGrowth(url: string, keys: number, rounds: number): Promise<Growth> {
  const ours = new Redis(url, { ...redisOptions, lazyConnect: true })
  await ours.connect()
  const raw = new Redis(url, { enableAutoPipelining: true })
  try {
    const usedBytes = async () => Number(/used_memory:(\d+)/.exec(await raw.info('memory'))![1])
    const cache = openCache(ours)
    const inBatches = async (work: (i: number) => Promise<unknown>) => {
      for (let from = 0; from < keys; from += 1_000) {
        await Promise.all(Array.from({ length: Math.min(1_000, keys - from) }, (_, i) => work(from + i)))
      }
    }
    const empty = await usedBytes()
    await inBatches((i) => raw.set(`${PREFIX}${keyOf(i)}`, VALUE, 'PX', DAY_MS))
    const plain = ((await usedBytes()) - empty) / keys
    const withPlain = await usedBytes()
    await inBatches((i) => cache.set(keyOf(i), VALUE))
    const mine = ((await usedBytes()) - withPlain) / keys

    const { uniform } = seededRandom(1)
    const order = Array.from({ length: OPERATIONS }, () => keyOf(Math.floor(uniform() * keys)))
    const load = async () => {
      throw new Error('a hit was expected')
    }
    const sides = [(key: string) => cache.read(key, load), (key: string) => raw.getBuffer(`${PREFIX}${key}`)] as const
    const figures: [number[], number[]] = [[], []]
    for (let round = -2; round < rounds; round++) {
      for (const side of round % 2 === 0 ? [0, 1] : [1, 0]) {
        const us = await cpuPerRead(order, sides[side]!)
        if (round >= 0) figures[side]!.push(us)
      }
    }
    const ratios = quantilesOf(figures[0].map((us, i) => us / figures[1][i]!))
    return {
      keys,
      hit: {
        oursUs: rounded(quantilesOf(figures[0])(0.5)),
        rawUs: rounded(quantilesOf(figures[1])(0.5)),
        ratio: rounded(ratios(0.5)),
        quartiles: [rounded(ratios(0.25)), rounded(ratios(0.75))],
      },
      bytesPerEntry: { ours: Math.round(mine), plain: Math.round(plain), ratio: rounded(mine / plain) },
      firstHitMs: Math.round(await firstHitOfNewProcess(url, keyOf(keys - 1))),
    }
  } finally {
    await raw.flushdb()
    raw.disconnect()
    ours.disconnect()
  }
}

async function cpuPerRead(order: readonly string[], read: (key: string) => Promise<unknown>): Promise<number> {
  let next = 0
  const before = process.cpuUsage()
  const work = async () => {
    while (next < order.length) await read(order[next++]!)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / order.length
}

async function firstHitOfNewProcess(url: string, key: string): Promise<number> {
  const startedAt = performance.now()
  const child = fork(join(import.meta.dirname, 'first-hit.ts'), [url, key], {
    execArgv: ['--conditions=workspace-source'],
  })
  const [outcome] = await once(child, 'message')
  const ms = performance.now() - startedAt
  if (outcome !== 'hit') throw new Error(`the new process got "${outcome}" instead of a hit`)
  await once(child, 'exit')
  return ms
}

const rounded = (value: number) => Number(value.toPrecision(4))
