import type { Logger } from 'pino'
import { ANSWER_WITHIN_MS, type Processes } from '../process/processes.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import { shareReads } from './share-reads.ts'
import type { StoreServer } from './store-server.ts'
import { type ProcessReport, Totals } from './totals.ts'

const startedAt = Date.now()
const LOG_EVERY_MS = 10_000

/** Asks all processes for what they have counted. */
export class FigureCollector {
  /**
   * What was counted and evicted when it was called, or later. Without the processes that do not answer in time, which the result
   * and a log line say. Callers share: at most one collection is under way and one waits.
   */
  readonly collect: () => Promise<Figures>
  readonly #instances: StrategyInstances
  readonly #storeServer: StoreServer | undefined
  readonly #processes: Processes
  readonly #logger: Logger
  readonly #withinMs: number
  /** What was last logged, and when. */
  #answered: number
  #loggedAt = Number.NEGATIVE_INFINITY

  /** @param withinMs for how long to wait for the other processes */
  constructor(
    instances: StrategyInstances,
    storeServer: StoreServer | undefined,
    processes: Processes,
    logger: Logger,
    withinMs = ANSWER_WITHIN_MS,
  ) {
    this.#instances = instances
    this.#storeServer = storeServer
    this.#processes = processes
    this.#logger = logger
    this.#withinMs = withinMs
    this.#answered = processes.count
    this.collect = shareReads(() => this.#collect())
  }

  async #collect(): Promise<Figures> {
    const [{ answers }] = await Promise.all([
      this.#processes.askOthers(this.#withinMs, 'report'),
      this.#storeServer?.refresh(),
    ])
    // Last, so that what was counted here meanwhile is included.
    const figures = new Figures([...answers, this.report()], this.#processes.count)
    this.#logChange(figures)
    return figures
  }

  /** What this process has counted. */
  report(): ProcessReport {
    const entries = this.#instances.all.map(({ name, counters }) => [name, counters.report()] as const)
    return {
      process: this.#processes.id,
      startedAt,
      totals: Object.fromEntries(entries),
      evictedBefore: this.#storeServer?.evictedBefore(this.#instances.names) ?? {},
    }
  }

  #logChange({ reports, isComplete }: Figures): void {
    const now = performance.now()
    if (reports.length === this.#answered || now - this.#loggedAt < LOG_EVERY_MS) return
    this.#answered = reports.length
    this.#loggedAt = now
    const what = `figures: ${reports.length} of ${this.#processes.count} processes answered within ${this.#withinMs} ms`
    if (isComplete) this.#logger.info(`${what} again`)
    else this.#logger.warn(`${what}; the others are not included`)
  }
}

/** The figures of all processes that serve this port, at one time. */
export class Figures {
  readonly reports: readonly ProcessReport[]
  readonly #of: number
  readonly #sums = new Map<string, Totals>()

  constructor(reports: readonly ProcessReport[], of: number) {
    this.reports = reports
    this.#of = of
  }

  /** How many processes these are the figures of. Undefined if there is only one. */
  get processes(): { readonly answered: number; readonly of: number } | undefined {
    return this.#of === 1 ? undefined : { answered: this.reports.length, of: this.#of }
  }

  get isComplete(): boolean {
    return this.reports.length === this.#of
  }

  /** Of a strategy. */
  totals(strategy: string): Totals {
    const sum = this.#sums.get(strategy) ?? Totals.sumOf(this.reports.map(({ totals }) => totals[strategy]!))
    this.#sums.set(strategy, sum)
    return sum
  }

  /**
   * What was counted under a strategy since earlier reports. A process without one counts from its start. If it started before
   * `began`, it is left out: it is not known when it counted.
   *
   * @param before by process
   * @param began when the first reports were asked for, in milliseconds since the Unix epoch
   */
  since(before: ReadonlyMap<number, ProcessReport>, began: number, strategy: string): Totals {
    const window = new Totals()
    for (const { process, startedAt, totals } of this.reports) {
      const earlier = before.get(process)
      if (earlier !== undefined || startedAt >= began) window.addSince(earlier?.totals[strategy], totals[strategy]!)
    }
    return window
  }

  /** The evictions that a strategy shows: its own from memory, or its server's. */
  evictionsOf({ name, storeKind }: StrategyInstance, server: StoreServer | undefined): number {
    const kind = storeKind === 'tiered' ? 'redis' : storeKind
    if (server === undefined || kind !== server.kind) return this.totals(name).counts.evictions
    const { evicted = 0 } = server
    const before = this.reports.map(({ evictedBefore }) => evictedBefore[name]).filter((each) => each !== undefined)
    return evicted - Math.min(evicted, ...before)
  }
}
