import type { Logger } from 'pino'
import { ANSWER_WITHIN_MS, type Processes } from '../process/processes.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { StoreServer } from './store-server.ts'
import { type ProcessReport, Totals } from './totals.ts'

const startedAt = Date.now()

/** Asks all processes for what they have counted. */
export class FigureCollector {
  readonly #instances: StrategyInstances
  readonly #storeServer: StoreServer | undefined
  readonly #processes: Processes
  readonly #logger: Logger
  #answered: number

  constructor(
    instances: StrategyInstances,
    storeServer: StoreServer | undefined,
    processes: Processes,
    logger: Logger,
  ) {
    this.#instances = instances
    this.#storeServer = storeServer
    this.#processes = processes
    this.#logger = logger
    this.#answered = processes.count
  }

  /** Without those that do not answer in time, which the result and a log line say. */
  async collect(): Promise<Figures> {
    // First the others: what was counted here meanwhile is included.
    const others = await this.#processes.askOthers('report')
    const figures = new Figures([...others, this.report()], this.#processes.count)
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
    if (reports.length === this.#answered) return
    this.#answered = reports.length
    const what = `figures: ${reports.length} of ${this.#processes.count} processes answered within ${ANSWER_WITHIN_MS} ms`
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

  /** When the first of the processes started. */
  get startedAt(): Date {
    return new Date(Math.min(...this.reports.map((report) => report.startedAt)))
  }

  /** Of a strategy. */
  totals(strategy: string): Totals {
    const sum = this.#sums.get(strategy) ?? Totals.sumOf(this.reports.map(({ totals }) => totals[strategy]!))
    this.#sums.set(strategy, sum)
    return sum
  }

  /**
   * What was counted under a strategy since earlier reports. A process without one is left out: it is not known when it counted.
   *
   * @param before by process
   */
  since(before: ReadonlyMap<number, ProcessReport>, strategy: string): Totals {
    const window = new Totals()
    for (const { process, totals } of this.reports) {
      const earlier = before.get(process)
      if (earlier !== undefined) window.addSince(earlier.totals[strategy]!, totals[strategy]!)
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
