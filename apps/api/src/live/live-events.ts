/** What the live page is sent: figures each second, marks of what was done, and the state of the load. */
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { FigureCollector, Figures } from '../telemetry/figures.ts'
import { statsBody } from '../telemetry/stats-body.ts'
import type { StoreServer } from '../telemetry/store-server.ts'
import type { ProcessReport } from '../telemetry/totals.ts'
import type { Mark } from './load-runs.ts'

/** An event as it is sent: its name, and its JSON. */
export interface LiveEvent {
  readonly event: 'stats' | 'mark' | 'load'
  readonly data: string
}

const EVERY_MS = 1_000
/** Marks that a new connection receives: more than a page shows. */
export const MARKS_KEPT = 100

/** Figures are computed only while somebody receives them, once for all. */
export class LiveEvents {
  readonly #instances: StrategyInstances
  readonly #storeServer: StoreServer | undefined
  readonly #collector: FigureCollector
  readonly #receivers = new Set<Receiver>()
  readonly #marks: Mark[] = []
  #load: LiveEvent = { event: 'load', data: 'null' }
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(instances: StrategyInstances, storeServer: StoreServer | undefined, collector: FigureCollector) {
    this.#instances = instances
    this.#storeServer = storeServer
    this.#collector = collector
  }

  get receivers(): number {
    return this.#receivers.size
  }

  /** Sends the marks and the state of the load, then each event. `ended` is called when no more will come. */
  subscribe(receiver: Receiver): () => void {
    if (this.#isClosed) {
      receiver.ended()
      return () => {}
    }
    this.#receivers.add(receiver)
    for (const mark of this.#marks) receiver.send(eventOf('mark', mark))
    receiver.send(this.#load)
    if (this.#timer === undefined) this.#start()
    return () => {
      this.#receivers.delete(receiver)
      if (this.#receivers.size === 0) this.#stop()
    }
  }

  mark(mark: Mark): void {
    this.#marks.push(mark)
    if (this.#marks.length > MARKS_KEPT) this.#marks.shift()
    this.#sendAll(eventOf('mark', mark))
  }

  load(state: unknown): void {
    this.#load = eventOf('load', state)
    this.#sendAll(this.#load)
  }

  close(): void {
    this.#isClosed = true
    this.#stop()
    for (const { ended } of this.#receivers) ended()
    this.#receivers.clear()
  }

  #start(): void {
    /** The last report of each process: what happened since is the difference. */
    const reports = new Map<number, ProcessReport>()
    const began = Date.now()
    let windowBegan = performance.now()
    let isFirst = true
    let isComputing = false
    const compute = async () => {
      if (isComputing) return // a slow store: the next event covers a longer time
      isComputing = true
      try {
        const figures = await this.#collector.collect()
        const now = performance.now()
        const windowMs = Math.round(now - windowBegan)
        const data = isFirst ? undefined : await this.#dataOf(figures, reports, began, windowMs)
        for (const report of figures.reports) reports.set(report.process, report)
        windowBegan = now
        isFirst = false
        // Otherwise everybody has left meanwhile, and somebody else may have come.
        if (data !== undefined && this.#timer === timer) this.#sendAll(eventOf('stats', data))
      } catch {
        // The next second tries again.
      } finally {
        isComputing = false
      }
    }
    const timer = setInterval(compute, EVERY_MS).unref()
    this.#timer = timer
    void compute()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** The figures, and what happened since those before. */
  async #dataOf(figures: Figures, before: ReadonlyMap<number, ProcessReport>, began: number, windowMs: number) {
    const { strategies, ...body } = await statsBody(figures, this.#instances, this.#storeServer)
    const withWindow = this.#instances.names.map(
      (name) => [name, { ...strategies[name], window: figures.since(before, began, name).window() }] as const,
    )
    return { at: new Date().toISOString(), windowMs, ...body, strategies: Object.fromEntries(withWindow) }
  }

  #sendAll(event: LiveEvent): void {
    for (const { send } of this.#receivers) send(event)
  }
}

export interface Receiver {
  readonly send: (event: LiveEvent) => void
  readonly ended: () => void
}

function eventOf(event: LiveEvent['event'], data: unknown): LiveEvent {
  return { event, data: JSON.stringify(data) }
}
