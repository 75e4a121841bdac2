/**
 * A deterministic scheduler over real code: every interaction between actors is a step that it chose.
 *
 * Each call to a store or to the origin is two steps: it takes effect, and later its answer arrives. Between two steps, all
 * runnable code runs, through any number of promises.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Call, type CallOptions, type Trace } from './call.ts'
import type { Chooser } from './choosers.ts'
import { type Agent, EVERYTHING_WRITTEN, type Step, type Touched } from './step.ts'
import { VirtualTime } from './virtual-time.ts'

const MAX_IDLE_MS = 120_000
/** Timers up to this long (polls and renewals) are steps that compete with others; deadlines of commands are longer. */
const TICK_MS = 40

/** The current agent. One storage for all schedulers: each one ever used stays in all later contexts, and slows them down. */
const agents = new AsyncLocalStorage<Agent>()

export interface SchedulerOptions {
  /** Receives the story. Without it, none is recorded. */
  readonly trace: Trace | undefined
  /** Real time passes along with virtual time, for a real server. */
  readonly isReal: boolean
  /** A run with more steps counts as endless. */
  readonly maxSteps: number
  /** Time passes only while no actor can take a step. */
  readonly isTimeLazy: boolean
}

export class Scheduler {
  readonly time = new VirtualTime()
  /** Possible steps besides pending calls: an actor begins, the adversary moves. */
  readonly steps: Step[] = []
  /** The names of the steps taken. */
  readonly taken: string[] = []
  readonly #chooser: Chooser
  readonly #trace: Trace | undefined
  readonly #pending: Call[] = []
  readonly #isReal: boolean
  readonly #maxSteps: number
  readonly #isTimeLazy: boolean
  /** Data that the current step touches in addition to the data that it declared. */
  readonly #alsoTouched: Touched[] = []
  #ticks = 0

  constructor(chooser: Chooser, { trace, isReal, maxSteps, isTimeLazy }: SchedulerOptions) {
    this.#chooser = chooser
    this.#trace = trace
    this.#isReal = isReal
    this.#maxSteps = maxSteps
    this.#isTimeLazy = isTimeLazy
  }

  /** Runs `action` as `agent`: all calls that follow from it are the agent's. */
  as<T>(agent: Agent, action: () => T): T {
    return agents.run(agent, action)
  }

  /** Binds a timer's action to the agent that sets it. */
  readonly bind = (action: () => void): (() => void) => {
    const agent = agents.getStore()
    return agent === undefined ? action : () => agents.run(agent, action)
  }

  /** Makes `execute` one step of the schedule, and the arrival of its answer another. */
  call<T>(options: CallOptions<T>): Promise<T> {
    const agent = agents.getStore()
    if (agent === undefined) throw new Error(`"${options.what}" is called without an agent; run its caller with \`as\``)
    if (agent.isUndisturbed) return (async () => options.execute())()
    const call = new Call<T>(this.#pending, agent, options, this.#trace)
    this.#pending.push(call as Call)
    return call.heard
  }

  /** Whether the current agent's calls are no steps. */
  get isUndisturbed(): boolean {
    return agents.getStore()?.isUndisturbed === true
  }

  /** Adds a line to the story. */
  tell(by: string, text: string): void {
    this.#trace?.({ by, text })
  }

  /** Adds to the data that the current step reads or writes. */
  touch(touches: readonly Touched[]): void {
    this.#alsoTouched.push(...touches)
  }

  /** The unanswered calls, in the order in which they were sent. */
  get pending(): readonly Call[] {
    return this.#pending
  }

  /**
   * Takes steps until `isDone`, or until none is possible. Time passes when nothing else can happen.
   *
   * @returns false if it does not end.
   */
  async run(isDone: () => boolean): Promise<boolean> {
    const enabled: Step[] = []
    let idleMs = 0
    let last: { name: string; expected: readonly Touched[]; step: Step } | undefined
    for (let count = 0; count < this.#maxSteps && idleMs < MAX_IDLE_MS; count++) {
      await settled()
      const isOver = isDone()
      if (last !== undefined) {
        const { name, expected, step } = last
        this.#chooser.taken?.(name, expected, [...(step.hasTouched ?? expected), ...this.#alsoTouched.splice(0)])
      }
      if (isOver) return true
      enabled.length = 0
      for (const call of this.#pending) if (call.isEnabled()) enabled.push(call)
      let canAct = enabled.length > 0
      for (const step of this.steps) {
        if (!step.isEnabled()) continue
        enabled.push(step)
        canAct ||= step.isMove !== true
      }
      const waitMs = this.time.nextInMs
      if (enabled.length === 0) {
        if (waitMs === undefined) return true
        idleMs += waitMs
      }
      if (waitMs !== undefined && (this.#isTimeLazy ? !canAct : enabled.length === 0 || waitMs <= TICK_MS))
        enabled.push(this.#tick(waitMs))
      const step = enabled.length === 1 ? enabled[0]! : enabled[this.#chooser.choose(enabled)]!
      this.taken.push(step.name)
      last = { name: step.name, expected: step.touches, step }
      await step.take()
    }
    return false
  }

  /** Lets virtual time pass, and real time too if `isReal`. */
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
    return { name: `tick.${this.#ticks + 1}`, by: 'time', touches: EVERYTHING_WRITTEN, isEnabled: () => true, take }
  }
}

/**
 * Resolves once all runnable code has run: after all microtasks, including those they create. Much faster than the `settled` of
 * `testing/`, which also lets the event loop turn.
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}
