/**
 * A deterministic scheduler over real code: nothing that concerns anybody else happens but by a step it chose.
 *
 * Each call to a store or to the origin is two steps, each any time after the one before: it takes effect, and its answer
 * is heard. Between two steps all code runs that can run, however many promises it takes.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Call, type CallOptions, type Trace } from './call.ts'
import type { Chooser } from './choosers.ts'
import type { Agent, Step } from './step.ts'
import { VirtualTime } from './virtual-time.ts'

/** A schedule without an end is a finding. The longest honest ones have some 200 steps. */
const MAX_STEPS = 600
const MAX_IDLE_MS = 120_000
/** Polls and renewals, which everything else may overtake or fall behind; deadlines of commands are longer. */
const TICK_MS = 40

/** Who acts. One for all schedulers: each that is ever used stays in every context that follows, which makes the next ones slower. */
const agents = new AsyncLocalStorage<Agent>()

export interface SchedulerOptions {
  /** Gets the story; without it none is made. */
  readonly trace: Trace | undefined
  /** Real time passes with the world's, for a real server. */
  readonly isReal: boolean
}

export class Scheduler {
  readonly time = new VirtualTime()
  /** What can happen besides the calls under way: somebody begins, the adversary moves. */
  readonly steps: Step[] = []
  /** The names of the steps taken. */
  readonly taken: string[] = []
  readonly #chooser: Chooser
  readonly #trace: Trace | undefined
  readonly #pending: Call[] = []
  readonly #isReal: boolean
  #ticks = 0

  constructor(chooser: Chooser, { trace, isReal }: SchedulerOptions) {
    this.#chooser = chooser
    this.#trace = trace
    this.#isReal = isReal
  }

  /** Runs `action` as `agent`, whose calls are all those that follow from it. */
  as<T>(agent: Agent, action: () => T): T {
    return agents.run(agent, action)
  }

  /** Binds a timer's action to whoever sets it. */
  readonly bind = (action: () => void): (() => void) => {
    const agent = agents.getStore()
    return agent === undefined ? action : () => agents.run(agent, action)
  }

  /** Makes what `execute` does a step of the schedule, and the hearing of its answer another. */
  call<T>(options: CallOptions<T>): Promise<T> {
    const agent = agents.getStore()
    if (agent === undefined) throw new Error(`"${options.what}" is called by nobody; run what calls it by \`as\``)
    if (agent.isUndisturbed) return (async () => options.execute())()
    const call = new Call<T>(this.#pending, agent, options, this.#trace)
    this.#pending.push(call as Call)
    return call.heard
  }

  /** The calls whose answer has not been heard, in the order in which they were sent. */
  get pending(): readonly Call[] {
    return this.#pending
  }

  /**
   * Takes steps until `isDone`, or until nothing can happen any more; time passes when nothing else does.
   *
   * @returns false when there is no end to it.
   */
  async run(isDone: () => boolean): Promise<boolean> {
    const enabled: Step[] = []
    let idleMs = 0
    for (let count = 0; count < MAX_STEPS && idleMs < MAX_IDLE_MS; count++) {
      await settled()
      if (isDone()) return true
      enabled.length = 0
      for (const call of this.#pending) if (call.isEnabled()) enabled.push(call)
      for (const step of this.steps) if (step.isEnabled()) enabled.push(step)
      const waitMs = this.time.nextInMs
      if (enabled.length === 0) {
        if (waitMs === undefined) return true
        idleMs += waitMs
      }
      if (waitMs !== undefined && (enabled.length === 0 || waitMs <= TICK_MS)) enabled.push(this.#tick(waitMs))
      const step = enabled.length === 1 ? enabled[0]! : enabled[this.#chooser.choose(enabled)]!
      this.taken.push(step.name)
      await step.take()
    }
    return false
  }

  /** Lets time pass: here, and really, where that matters. */
  async pass(ms: number): Promise<void> {
    if (this.#isReal) await new Promise((resolve) => setTimeout(resolve, ms))
    await this.time.pass(ms, settled)
  }

  #tick(ms: number): Step {
    const take = () => {
      this.#ticks++
      this.#trace?.({ by: 'time', text: `${Math.ceil(ms)} ms pass` })
      return this.pass(ms)
    }
    return { name: `tick.${this.#ticks + 1}`, by: 'time', isEnabled: () => true, take }
  }
}

/** Resolves once all code has run that can run: after every microtask, however many follow from one another. */
export function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}
