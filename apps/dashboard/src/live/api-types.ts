/** What the API sends, as far as the page uses it. */

export interface Quantiles {
  readonly count: number
  readonly mean: number | null
  readonly p50: number | null
  readonly p99: number | null
}

export interface QuantilesWithMax extends Quantiles {
  readonly max: number | null
}

export interface Queue {
  readonly depth: number
  readonly lagSeconds: number
  readonly deadLetters: number
}

type Outcome = 'hit' | 'stale' | 'miss' | 'collapsed' | 'bypass'

/** What happened under a strategy since the event before: about 1 s. */
export interface WindowFigures {
  readonly reads: number
  readonly hits: number
  readonly stale: number
  readonly loads: number
  readonly writes: number
  readonly staleReads: number
  readonly storeCalls: number
  /** Answers from the cache. */
  readonly hitMs: Quantiles
  /** Reads that waited for a load. */
  readonly waitMs: Quantiles
  readonly staleMaxMs: number | null
}

/** Totals of a strategy since its counters were set to 0. */
export interface StrategyStats {
  readonly since: string
  readonly reads: number
  readonly hits: number
  readonly stale: number
  readonly loads: number
  readonly writes: number
  readonly staleReads: number
  readonly storeCalls: number
  readonly staleForMs: QuantilesWithMax
  readonly latencyMs: Readonly<Record<Outcome | 'all', QuantilesWithMax>>
  /** Only of strategies that queue writes. */
  readonly queue?: Queue | null
  readonly window: WindowFigures
}

export interface StatsEvent {
  readonly since: string
  readonly at: string
  readonly windowMs: number
  /** Of the API, whose figures are summed. Absent: it is one. */
  readonly processes?: { readonly answered: number; readonly of: number }
  readonly store: { readonly kind: 'redis' | 'memcached' | 'memory' }
  readonly strategies: Readonly<Record<string, StrategyStats>>
}

export interface Mark {
  readonly at: string
  readonly what: string
  readonly label: string
  readonly strategies: readonly string[]
}

export interface LoadSettings {
  readonly strategies: readonly string[]
  readonly ratePerSecond: number
  readonly seconds: number
  readonly zipf: number
  readonly writeShare: number
  readonly posts: number
  readonly ttlMs: number
  readonly originDelayMs: number
}

export interface RunningLoad extends LoadSettings {
  readonly startedAt: string
  readonly endsAt: string
}

export interface EndedLoad extends LoadSettings {
  readonly startedAt: string
  readonly endedAt: string
  readonly sent: number
  readonly failed: number
  /** Not sent, since too many requests were unanswered. */
  readonly skipped: number
  readonly why: 'done' | 'stopped' | 'failed'
}

export interface LoadState {
  /** The post that the running or last load reads most, or that a load with the defaults would. */
  readonly hottestId: number
  readonly running: RunningLoad | null
  readonly last: EndedLoad | null
  readonly limits: { readonly ratePerSecond: number; readonly seconds: number }
  readonly defaults: Partial<LoadSettings>
}

export interface Action {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly available: boolean
  /** Why it is not available. */
  readonly why?: string
}

export interface StrategyInfo {
  readonly name: string
  readonly title: string
  readonly promise: {
    readonly staleForAtMostMs: number
    readonly readAfterWriteOf: 'keys and tags' | 'keys' | 'none'
    readonly where: 'every process' | 'this process'
    readonly othersWithinMs?: number
    readonly mayLoseWrites: boolean
    readonly breaks?: string
  }
}
