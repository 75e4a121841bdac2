import type { Redis } from 'ioredis'
import type { ApiProcess, PostgresServer, PrivateMemcached, PrivateRedis, TcpProxy, ToxicProxy } from 'local-servers'
import type pg from 'pg'
import type { StrategyName } from 'strategies'
import type { Load } from './load.ts'

/** One fault: how it is caused, and what must hold. */
export interface Drill {
  readonly name: string
  /** What breaks and for how long, in words. */
  readonly fault: string
  /** What must hold, in words. The drill checks `allows`. */
  readonly holds: string
  /** The strategies under load. Default: all that guarantee read-after-write. */
  readonly strategies?: readonly StrategyName[]
  /** Extra environment of each API process. Called when the drill starts, and throws if a tool is missing. Default: two equal processes. */
  readonly apis?: () => readonly Record<string, string>[]
  /** Whether the first API process reaches Redis through Toxiproxy, as `system.toxicProxy`. */
  readonly throughToxiproxy?: boolean
  /** Which API processes reach Redis through one TCP proxy, `system.tcpProxy`. Default: none. */
  readonly throughTcpProxy?: 'all' | 'first'
  /** Whether the API processes keep their entries in `system.memcached`. Default false: in Redis. */
  readonly onMemcached?: boolean
  /** Added to the API's DATABASE_URL, as `pg` understands it: `statement_timeout=500`. */
  readonly databaseParameters?: string
  /** Which API processes are under load. Default: all. */
  readonly loaded?: (apis: readonly ApiProcess[]) => readonly ApiProcess[]
  /** How long any request may take, in ms. Default 3,000: a lease granted in a lost answer ends after 2,000. */
  readonly answerWithinMs?: number
  /** From the repair, or from `system.breakForGood`, to the first hit of every strategy in every process, in ms. Default 10,000. */
  readonly hitsAgainWithinMs?: number
  readonly allows?: Allowance
  /** Changes the drill's copy of the database before any API process starts. */
  prepare?(databaseUrl: string): Promise<void>
  /** Causes the fault and repairs it while the load runs. Resolves when everything is repaired. */
  inject(system: TestSystem): Promise<void>
}

/** Tolerated effects of a fault. Default none: no read is stale, no request fails. */
export interface Allowance {
  /**
   * When stale reads become allowed. They may be stale by at most the outbox lag (`OUTBOX_LAG_MS`), and end at most that long
   * after the repair. Default: never.
   *
   * `broken`: one process may reach Redis while another can't invalidate there. `mending`: all processes lose Redis together, so
   * reads bypass it, but they do not reconnect together.
   */
  readonly staleFrom?: 'broken' | 'mending'
  /**
   * Statuses with which requests may fail while they overlap the fault, or its spans if the drill marks some (`system.span`).
   * 0: no answer.
   */
  readonly failures?: readonly number[]
  /** The same, for writes only. */
  readonly failedWrites?: readonly number[]
}

/** The system that a drill breaks. */
export interface TestSystem {
  readonly redis: RedisUnderDrill
  /** Only with `onMemcached`. */
  readonly memcached: MemcachedUnderDrill
  readonly postgres: PostgresServer
  /** The drill's own connection to the API's database. */
  readonly database: pg.Client
  /** The version of a post in a strategy's own copy. */
  versionInDatabase(strategy: StrategyName, id: number): Promise<number>
  readonly apis: readonly ApiProcess[]
  /** Between the first API process and Redis; only with `throughToxiproxy`. */
  readonly toxicProxy: ToxicProxy
  /** Between the API processes and Redis; only with `throughTcpProxy`. */
  readonly tcpProxy: TcpProxy
  readonly load: Load
  readonly strategies: readonly StrategyName[]
  /** Adds an API process, which ends with the system. */
  startApi(env?: Record<string, string>): Promise<ApiProcess>
  /** Waits until every process serves hits under every strategy. @throws after 10 s */
  untilHits(): Promise<void>
  /** Repairs what all processes lost together, and records when that began. */
  mend<T>(work: () => Promise<T> | T): Promise<T>
  /** Causes a fault that is never repaired, and records when. The processes must recover by themselves; the drill awaits `untilHits`. */
  breakForGood<T>(work: () => Promise<T> | T): Promise<T>
  /** Marks a part of the fault: requests that end before it or begin after it must not fail. */
  span<T>(work: () => Promise<T>): Promise<T>
  /** Adds a line to the report. */
  note(line: string): void
  /** Reports that something did not hold. The drill continues. */
  problem(line: string): void
}

export interface MemcachedUnderDrill {
  readonly server: PrivateMemcached
  /** Starts an empty server on the same port; the old one must have ended. */
  startAgain(): Promise<void>
}

export interface RedisUnderDrill {
  readonly server: PrivateRedis
  /** The drill's own connection; it reconnects by itself. */
  readonly admin: Redis
  /** Starts an empty server on the same port; the old one must have ended. */
  startAgain(): Promise<void>
  /** Starts a replica of the server. Resolves when it is in sync. */
  startReplica(): Promise<PrivateRedis>
}
