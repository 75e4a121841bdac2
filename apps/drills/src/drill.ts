import type { Redis } from 'ioredis'
import type { ApiProcess, PostgresServer, PrivateRedis, ProxiedWay } from 'local-servers'
import type pg from 'pg'
import type { StrategyName } from 'strategies'
import type { Load } from './load.ts'

/** One fault: what is broken, when, and what must hold. */
export interface Drill {
  readonly name: string
  /** What is broken and for how long, for people. */
  readonly fault: string
  /** What must hold, for people. What is judged of it is in `allows`. */
  readonly holds: string
  /** The strategies under load. Default `manual-invalidation`, `write-through`, `stampede-lock`. */
  readonly strategies?: readonly StrategyName[]
  /** One environment for each API process, besides what all have. Called when the drill starts: a tool that is missing throws here. Default two processes alike. */
  readonly apis?: () => readonly Record<string, string>[]
  /** Whether the first API process reaches Redis through Toxiproxy, as `site.way`. */
  readonly throughProxy?: boolean
  /** Added to the API's DATABASE_URL, as `pg` understands it: `statement_timeout=500`. */
  readonly databaseParameters?: string
  /** Which API processes the load asks. Default all. */
  readonly loaded?: (apis: readonly ApiProcess[]) => readonly ApiProcess[]
  /** How long any request may take, in ms. Default 3,000: a lease whose holder got no answer ends after 2,000. */
  readonly answerWithinMs?: number
  readonly allows?: Allowance
  /** Breaks and mends, while the load runs. Resolves when all is mended. */
  inflict(site: Site): Promise<void>
}

/** What may happen all the same. By default nothing: no read is old, no request fails. */
export interface Allowance {
  /**
   * From when on a read may be older than an acknowledged write, by the lag of the outbox (`OUTBOX_LAG_MS`) at most and until that long
   * after all was mended. Default: never.
   *
   * `broken`: one process may reach Redis while another can't tell it what it wrote. `mending`: all lose Redis together, so that
   * nobody reads what is old, but they do not find it again together.
   */
  readonly staleFrom?: 'broken' | 'mending'
  /**
   * Statuses with which requests may fail that were under way during the fault, or during its spans where the drill marks some
   * (`site.span`); 0: without an answer.
   */
  readonly failures?: readonly number[]
  /** The same, for writes alone. */
  readonly failedWrites?: readonly number[]
}

/** What a drill breaks. */
export interface Site {
  readonly redis: RedisUnderDrill
  readonly postgres: PostgresServer
  /** The drill's own connection to the database under the API. */
  readonly database: pg.Client
  /** The version of a post in a strategy's own copy. */
  versionInDatabase(strategy: StrategyName, id: number): Promise<number>
  readonly apis: readonly ApiProcess[]
  /** Between the first API process and Redis, if the drill asked for it. */
  readonly way: ProxiedWay
  readonly load: Load
  readonly strategies: readonly StrategyName[]
  /** Adds an API process, which is ended with the site. */
  startApi(env?: Record<string, string>): Promise<ApiProcess>
  /** Waits until every process uses its cache under every strategy. @throws after 10 s */
  untilHits(): Promise<void>
  /** Mends what all lost together: marks when that began. */
  mend<T>(work: () => Promise<T> | T): Promise<T>
  /** Marks when in the fault something is really away: what is answered before or begins after may not fail. */
  span<T>(work: () => Promise<T>): Promise<T>
  /** Adds a line to the report. */
  note(line: string): void
}

export interface RedisUnderDrill {
  readonly server: PrivateRedis
  /** The drill's own connection, which comes back by itself. */
  readonly admin: Redis
  /** Starts an empty one on the same port; the one before must have ended. */
  startAgain(): Promise<void>
}
