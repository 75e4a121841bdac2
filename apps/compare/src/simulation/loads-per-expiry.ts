/**
 * Loads per expiry of one key, on a virtual clock. Readers arrive at random (Poisson), each with its own cache over one
 * store, so that they share nothing but the store.
 *
 * **An expiry** is one replacement of the value: it starts with a load while no other runs, and ends once no load runs. Its
 * loads are those started in between. (Without a lease each load fills, so counting fills would count loads.) The very
 * first load, into an empty cache, is not an expiry.
 */
import { type CachingStrategy, createCache, type ReadStrategy, type Runtime, type Store } from 'cache-core'
import { defaultTuning, type StrategyName, strategies } from 'strategies'
import { random } from 'workload'
import { settled } from './settled.ts'
import { virtualTime } from './virtual-time.ts'

export interface ExpiriesOptions {
  readonly strategy: StrategyName
  /** For `xfetch`. Default 1. */
  readonly beta?: number
  /** False: a store without the guard, where every reader may load and fill. Default true. */
  readonly lease?: boolean
  readonly readsPerSecond: number
  readonly loadMs: number
  readonly ttlMs: number
  readonly expiries: number
  readonly seed: number
  /** Also runs the reads that can't change anything. Slow, with the same result. Default false. */
  readonly playAll?: boolean
}

export interface Expiries {
  readonly expiries: number
  readonly loads: number
  readonly loadsPerExpiry: number
  /** Of the mean. */
  readonly standardError: number
  /** Reads that waited for a load, per expiry. */
  readonly waitedPerExpiry: number
  /** Share of the expiries whose first load began only after the TTL. */
  readonly lateShare: number
  /** Mean time from one expiry to the next. */
  readonly everyMs: number
}

const KEY = 'k'
const ARRIVALS = 0
const CHANCE = 1
/** Random numbers reserved for each read, so that its draws do not depend on which reads were run. */
const DRAWS_PER_READ = 1_000

/** The same options give the same figures. */
export async function loadsPerExpiry(options: ExpiriesOptions): Promise<Expiries> {
  const { strategy, beta = 1, lease = true, readsPerSecond, loadMs, ttlMs, expiries, seed, playAll = false } = options
  const time = virtualTime(seed)
  const row = strategies[strategy]
  const read = caching(row.read({ ...defaultTuning, ttlMs, beta }))
  const write = row.write()
  const store: Store = (lease ? row : strategies['naive-invalidation']).store({
    prefix: '',
    memory: { runtime: time.runtime },
  })

  /** Loads of each expiry, starting with the very first load. */
  const counts: number[] = []
  let underWay = 0
  let waited = 0
  let late = 0
  let firstAt = 0
  let lastAt = 0
  let loadedAt = Number.NaN

  async function load(): Promise<number> {
    const { now, sleep } = time.runtime
    if (underWay++ === 0) {
      counts.push(0)
      lastAt = now()
      if (counts.length === 1) firstAt = lastAt
      else if (now() >= loadedAt + ttlMs) late++
    }
    counts[counts.length - 1]!++
    loadedAt = now()
    await sleep(loadMs)
    underWay--
    return 1
  }

  let drawn = 0
  const runtime: Runtime = { ...time.runtime, random: () => random(seed, CHANCE, drawn++) }

  async function play(): Promise<void> {
    const { outcome } = await createCache({ store, read, write, runtime }).read(KEY, load)
    if (counts.length > 1 && (outcome === 'miss' || outcome === 'collapsed')) waited++
  }

  /** While no load runs, the entry is known, so the strategy itself can say whether the read is only served. */
  function isServed(now: number): boolean {
    if (underWay > 0 || counts.length === 0) return false
    const entry = { loadedAt, loadMs, freshUntil: loadedAt + ttlMs } as Parameters<typeof read.evaluate>[0]
    return read.evaluate(entry, { key: KEY, runtime, now }) === 'serve'
  }

  let now = 0
  for (let reader = 0; ; reader++) {
    now -= (Math.log(1 - random(seed, ARRIVALS, reader)) / readsPerSecond) * 1_000
    drawn = reader * DRAWS_PER_READ
    if (!playAll && isServed(now)) continue
    drawn = reader * DRAWS_PER_READ
    const passing = time.passTo(now)
    if (passing !== undefined) await passing
    if (counts.length > expiries && underWay === 0) break
    void play()
    await settled()
  }

  const counted = counts.slice(1, expiries + 1)
  const loads = counted.reduce((sum, count) => sum + count, 0)
  const mean = loads / expiries
  const squares = counted.reduce((sum, count) => sum + (count - mean) ** 2, 0)
  return {
    expiries,
    loads,
    loadsPerExpiry: mean,
    standardError: Math.sqrt(squares / (expiries - 1) / expiries),
    waitedPerExpiry: waited / expiries,
    lateShare: late / expiries,
    everyMs: (lastAt - firstAt) / expiries,
  }
}

function caching(read: ReadStrategy): CachingStrategy {
  if (read.lifetime === undefined) throw new Error(`${read.name} caches nothing, so nothing expires`)
  return read
}
