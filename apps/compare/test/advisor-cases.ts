/** Made-up comparisons for the advisor, with the real descriptions of strategies. */
import { type ComparedStrategy, type Comparison, comparisonSchema } from '../src/comparison.ts'
import { currentOrNot, type MadeUpFigures, type MadeUpOptions, madeUpComparison } from './made-up-comparison.ts'

type Description = Pick<ComparedStrategy, 'read' | 'write' | 'store' | 'promise'>

const TTL_MS = 5_000
const current = {
  staleForAtMostMs: TTL_MS,
  loadsPerExpiry: { atMost: 1, per: 'process' } as const,
  ...currentOrNot(true),
  mayLoseWrites: false,
}
const breaks = 'a load that began before a write leaves its old value cached until the TTL ends'

const descriptions: Readonly<Record<string, Description>> = {
  'no-cache': {
    read: 'no-cache',
    write: 'expire-only',
    store: 'none',
    promise: { ...current, staleForAtMostMs: 0, loadsPerExpiry: { atMost: 1, per: 'read' } },
  },
  'cache-aside': {
    read: 'cache-aside',
    write: 'expire-only',
    store: 'redis',
    promise: { ...current, ...currentOrNot(false) },
  },
  'manual-invalidation': { read: 'cache-aside', write: 'invalidate', store: 'redis', promise: current },
  'write-through': { read: 'cache-aside', write: 'write-through', store: 'redis', promise: current },
  'stampede-lock': { read: 'stampede-lock', write: 'invalidate', store: 'redis', promise: current },
  'stale-while-revalidate': {
    read: 'stale-while-revalidate',
    write: 'invalidate',
    store: 'redis',
    promise: { ...current, staleForAtMostMs: TTL_MS + 300_000, loadsPerExpiry: { atMost: 1, per: 'expiry' } },
  },
  'write-behind': {
    read: 'cache-aside',
    write: 'write-behind',
    store: 'redis',
    promise: { ...current, mayLoseWrites: true },
  },
  'always-hit': {
    read: 'cache-aside',
    write: 'expire-only',
    store: 'memory',
    promise: { ...current, ...currentOrNot(false), where: 'this process', breaks: 'it sees no write' },
  },
  'naive-invalidation': {
    read: 'cache-aside',
    write: 'invalidate',
    store: 'redis',
    promise: { ...current, ...currentOrNot(false), breaks },
  },
  'peer:bentocache': {
    read: 'getOrSet',
    write: 'delete, deleteByTag',
    store: 'redis',
    promise: { ...current, ...currentOrNot(false) },
  },
}

/** Like `madeUpComparison`, with the real descriptions of strategies. */
export function described(options: MadeUpOptions): Comparison {
  const comparison = madeUpComparison(options)
  return comparisonSchema.parse({
    ...comparison,
    strategies: comparison.strategies.map((strategy) => ({ ...strategy, ...descriptions[strategy.name] })),
  })
}

export interface CaseFigures {
  readonly loads: number
  readonly p99: number
  /** Maximum staleness in ms. */
  readonly stale?: number
  /** Reads per second that waited. Default: as many as loads. */
  readonly waiting?: number
}

/** Figures of 5 runs, up to 2 % below and above the given ones. */
export function figuresAround({ loads, p99, stale = 0, ...more }: CaseFigures, ratePerSecond = 200): MadeUpFigures {
  const { waiting = loads * ratePerSecond } = more
  const around = (figure: number) => [0.98, 0.99, 1, 1.01, 1.02].map((factor) => figure * factor)
  return {
    loadsPerRead: loads === 1 ? 1 : around(loads),
    loadsPerSecond: around(loads * ratePerSecond),
    hitRatio: around(Math.max(0, 1 - loads)).map((ratio) => Math.min(1, ratio)),
    waitingPerSecond: around(waiting),
    readP50Ms: around(p99 / 10),
    readP99Ms: around(p99),
    staleReadRatio: stale > 0 ? 0.05 : 0,
    staleMaxMs: stale,
    lostWrites: 0,
  }
}

export function caseOf(writeShare: number, figures: Readonly<Record<string, CaseFigures>>): Comparison {
  const strategies = Object.fromEntries(Object.entries(figures).map(([name, given]) => [name, figuresAround(given)]))
  return described({ strategies, workload: { writeShare, ttlMs: TTL_MS } })
}
