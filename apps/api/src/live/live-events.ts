/** What the live page is sent: figures each second, marks of what was done, and the state of the load. */
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import { type StatsBody, statsBody } from '../telemetry/stats-body.ts'
import type { StoreServer } from '../telemetry/store-server.ts'

/** An event as it is sent: its name, and its JSON. */
export interface LiveEvent {
  readonly event: 'stats' | 'mark' | 'load'
  readonly data: string
}

/** Something that was done, which the charts show. */
export interface Mark {
  readonly at: string
  readonly what: string
  readonly label: string
  readonly strategies: readonly string[]
}

const EVERY_MS = 1_000
/** Marks that a new connection receives: more than a page shows. */
export const MARKS_KEPT = 100

/** Figures are computed only while somebody receives them, once for all. */
export class LiveEvents {
  readonly #instances: StrategyInstances
  readonly #storeServer: StoreServer | undefined
  readonly #receivers = new Set<Receiver>()
  readonly #marks: Mark[] = []
  #load: LiveEvent = { event: 'load', data: 'null' }
  #timer: NodeJS.Timeout | undefined
  #windowBegan = 0
  #isClosed = false

  constructor(instances: StrategyInstances, storeServer: StoreServer | undefined) {
    this.#instances = instances
    this.#storeServer = storeServer
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
    this.#start()
    return () => {
      this.#receivers.delete(receiver)
      if (this.#receivers.size === 0) this.#stop()
    }
  }

  mark(what: string, label: string, strategies: readonly string[]): void {
    const mark = { at: new Date().toISOString(), what, label, strategies }
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
    if (this.#timer !== undefined) return
    this.#windowBegan = performance.now()
    for (const { counters } of this.#instances.all) counters.takeWindow()
    let isComputing = false
    const timer = setInterval(async () => {
      if (isComputing) return // a slow store: the next event covers a longer time
      isComputing = true
      try {
        const body = await statsBody(this.#instances, this.#storeServer)
        // Otherwise everybody has left meanwhile, and somebody else may have come.
        if (this.#timer === timer) this.#sendAll(eventOf('stats', this.#withWindows(body)))
      } catch {
        // The next second tries again.
      } finally {
        isComputing = false
      }
    }, EVERY_MS)
    this.#timer = timer.unref()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Adds what happened since the last event. */
  #withWindows({ strategies, ...body }: StatsBody) {
    const now = performance.now()
    const windowMs = Math.round(now - this.#windowBegan)
    this.#windowBegan = now
    const withWindow = this.#instances.all.map(
      ({ name, counters }) => [name, { ...strategies[name], window: counters.takeWindow() }] as const,
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
