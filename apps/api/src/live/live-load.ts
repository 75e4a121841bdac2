/** The load as each serving process sees it: it tunes its strategies while one runs, and shows its state. */
import { Problem } from '../http/problem.ts'
import type { StrategyInstance, TuningChange } from '../strategies/strategy-instance.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { LiveEvents } from './live-events.ts'
import { hottestIdOf, LOAD_LIMITS, type LoadShape, loadRequest } from './load-request.ts'
import { LoadRunner } from './load-runner.ts'
import type { LoadControl, LoadRuns } from './load-runs.ts'

/** Client connections of a load, per process that serves. Chosen at random, so that each process gets reads of each strategy. */
const AGENTS_PER_PROCESS = 8

export class LiveLoad {
  readonly #instances: StrategyInstances
  readonly #events: LiveEvents
  readonly #control: LoadControl
  readonly #agents: number
  #runs: LoadRuns = { running: null, last: null }
  #restore = () => {}

  /**
   * @param processes how many serve this port
   * @param control default: in this process. Otherwise it must call `show`
   */
  constructor(instances: StrategyInstances, events: LiveEvents, processes: number, control?: LoadControl) {
    this.#instances = instances
    this.#events = events
    this.#control = control ?? new LoadRunner((runs) => this.show(runs))
    this.#agents = processes === 1 ? 1 : AGENTS_PER_PROCESS * processes
    events.load(this.state())
  }

  /** As `GET /api/load` shows it. */
  state() {
    const { strategies: _, ...defaults } = loadRequest.parse({})
    return { ...this.#runs, hottestId: this.hottestId, limits: LOAD_LIMITS, defaults }
  }

  /** The post that the current or last load reads most, or that a default one would. */
  get hottestId(): number {
    const { running, last } = this.#runs
    return (running ?? last)?.hottestId ?? hottestIdOf(loadRequest.parse({}))
  }

  /**
   * @param base the API's address
   * @throws Problem 409 while a load runs
   */
  async start(instances: readonly StrategyInstance[], shape: LoadShape, base: string): Promise<void> {
    const strategies = instances.map(({ name }) => name)
    if (await this.#control.start({ ...shape, strategies, base, agents: this.#agents })) return
    const detail = 'a load is running; stop it first with DELETE /api/load'
    throw new Problem({ status: 409, code: 'load-is-running', detail })
  }

  /** Resolves once no load runs. */
  stop(): Promise<void> {
    return this.#control.stop()
  }

  /** The load has started, got on or ended. */
  show(runs: LoadRuns): void {
    const before = this.#runs
    this.#runs = runs
    const { running, last } = runs
    if (running !== null && before.running === null) {
      const { strategies, ratePerSecond, seconds, startedAt } = running
      this.#restore = tune(
        strategies.map((name) => this.#instances.named(name)),
        running,
      )
      const label = `load of ${ratePerSecond}/s for ${seconds} s`
      this.#events.mark({ at: startedAt, what: 'load-started', label, strategies })
    }
    if (running === null && before.running !== null) {
      this.#restore()
      const { endedAt, why, strategies } = last!
      const label = why === 'failed' ? 'load failed' : 'load ended'
      this.#events.mark({ at: endedAt, what: 'load-ended', label, strategies })
    }
    this.#events.load(this.state())
  }
}

/** Returns what puts the former tuning back, except a setting that somebody has changed since. */
function tune(instances: readonly StrategyInstance[], { ttlMs, originDelayMs }: LoadShape): () => void {
  const undo = instances.map((instance) => {
    const wanted: TuningChange = { ttlMs, originDelayMs }
    const names = Object.keys(wanted).filter((name) => name in instance.tuning)
    const before = pick(instance.tuning, names)
    instance.tune(pick(wanted, names))
    const set = pick(instance.tuning, names)
    return () => {
      const now = pick(instance.tuning, names)
      instance.tune(
        pick(
          before,
          names.filter((name) => now[name] === set[name]),
        ),
      )
    }
  })
  return () => {
    for (const each of undo) each()
  }
}

function pick(from: TuningChange, names: readonly string[]): TuningChange {
  return Object.fromEntries(names.map((name) => [name, from[name]]))
}
