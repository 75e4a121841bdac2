/** The load that the live page starts: one at a time, bounded, in a process of its own. */
import type { ChildProcess } from 'node:child_process'
import { Problem } from '../http/problem.ts'
import type { StrategyInstance, TuningChange } from '../strategies/strategy-instance.ts'
import type { LiveEvents } from './live-events.ts'
import type { LoadPlan, LoadProgress } from './load-process.ts'
import { hottestIdOf, LOAD_LIMITS, type LoadShape, loadRequest } from './load-request.ts'
import { startScript } from './start-script.ts'

/** Waiting for the last answers, and starting the process. */
const GRACE_MS = 15_000

interface Run extends LoadShape, LoadProgress {
  readonly strategies: readonly string[]
  readonly startedAt: string
  readonly endsAt: string
  readonly hottestId: number
}

interface Ended extends Run {
  readonly endedAt: string
  readonly why: 'done' | 'stopped' | 'failed'
}

export class LoadRunner {
  readonly #events: LiveEvents
  #running: { run: Run; readonly child: ChildProcess; why: Ended['why'] } | undefined
  #last: Ended | null = null

  constructor(events: LiveEvents) {
    this.#events = events
    events.load(this.state())
  }

  /** As `GET /api/load` shows it. */
  state() {
    const { strategies: _, ...defaults } = loadRequest.parse({})
    const running = this.#running?.run ?? null
    return { running, last: this.#last, hottestId: this.hottestId, limits: LOAD_LIMITS, defaults }
  }

  /** The post that the current or last load reads most, or that a default one would. */
  get hottestId(): number {
    return (this.#running?.run ?? this.#last)?.hottestId ?? hottestIdOf(loadRequest.parse({}))
  }

  /**
   * @param base the API's address
   * @throws Problem 409 while a load runs
   */
  start(instances: readonly StrategyInstance[], shape: LoadShape, base: string): void {
    if (this.#running !== undefined) {
      const detail = 'a load is running; stop it first with DELETE /api/load'
      throw new Problem({ status: 409, code: 'load-is-running', detail })
    }
    const strategies = instances.map(({ name }) => name)
    const plan: LoadPlan = { ...shape, base, strategies }
    const child = startScript('load-process', plan)
    const restore = tune(instances, shape)
    const now = Date.now()
    const running = {
      child,
      why: 'failed' as Ended['why'],
      run: {
        ...shape,
        strategies,
        startedAt: new Date(now).toISOString(),
        endsAt: new Date(now + shape.seconds * 1_000).toISOString(),
        hottestId: hottestIdOf(shape),
        sent: 0,
        failed: 0,
        skipped: 0,
      },
    }
    this.#running = running
    child.on('message', (progress: LoadProgress) => {
      running.run = { ...running.run, ...progress }
      this.#events.load(this.state())
    })
    const overdue = setTimeout(() => child.kill('SIGKILL'), shape.seconds * 1_000 + GRACE_MS)
    const ended = (code: number | null) => {
      if (this.#running !== running) return
      clearTimeout(overdue)
      restore()
      this.#running = undefined
      const why = running.why === 'failed' && code === 0 ? 'done' : running.why
      this.#last = { ...running.run, endedAt: new Date().toISOString(), why }
      this.#events.mark('load-ended', why === 'failed' ? 'load failed' : 'load ended', strategies)
      this.#events.load(this.state())
    }
    child.on('exit', ended)
    child.on('error', () => ended(null)) // it could not be started
    this.#events.mark('load-started', `load of ${shape.ratePerSecond}/s for ${shape.seconds} s`, strategies)
    this.#events.load(this.state())
  }

  /** Resolves once no load runs. */
  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    running.why = 'stopped'
    const exited = new Promise((resolve) => running.child.once('exit', resolve))
    running.child.kill('SIGKILL')
    await exited
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
