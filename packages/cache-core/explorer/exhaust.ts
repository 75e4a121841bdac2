/** Runs all schedules of a small plan, but only one of each set of equivalent ones. */
import type { StoryLine } from './call.ts'
import type { Chooser } from './choosers.ts'
import { Equivalence } from './equivalence.ts'
import { type Finding, openWorld } from './explore.ts'
import { Violation } from './oracle.ts'
import type { Plan } from './plan.ts'
import { play } from './play.ts'
import { isPrivate } from './private-steps.ts'
import type { Step, Touched } from './step.ts'
import type { Subject } from './subject.ts'
import type { World } from './world.ts'

export interface ExhaustOptions {
  /** Whether equivalent schedules are skipped. Default true. */
  readonly prunes?: boolean
  /** Collects the outcome of each schedule: every reader's value and every writer's acknowledgement. Default false. */
  readonly collects?: boolean
  /** The number of runs after which it gives up. */
  readonly maxRuns?: number
}

export interface Exhaustion {
  /** The number of schedules that ran to their end. */
  readonly schedules: number
  /** The number of schedules that were skipped or given up because an equivalent one had run. */
  readonly pruned: number
  /** False: it gave up, or stopped at a finding. */
  readonly isComplete: boolean
  readonly outcomes: ReadonlySet<string>
  readonly finding?: Finding
}

/** The number of runs after which it yields to other work in this process. */
const BATCH = 200

/**
 * Runs a plan repeatedly, each time with another choice at one of the points where several steps are possible, until no choice
 * is left. Time passes only while no actor can take a step, so the duration of commands is not a choice; the fault `pass` ends
 * a lease or a TTL.
 *
 * @returns early if a schedule breaks an invariant; `replay` repeats that schedule.
 */
export async function exhaust(subject: Subject, plan: Plan, options: ExhaustOptions = {}): Promise<Exhaustion> {
  const { prunes = true, collects = false, maxRuns = Number.POSITIVE_INFINITY } = options
  const reached = prunes ? new Reached() : undefined
  const outcomes = new Set<string>()
  const paths: Path[] = [{ before: undefined, choice: 0 }]
  let schedules = 0
  let pruned = 0
  let runs = 0
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    if (path.leadsTo !== undefined && reached!.has(path.leadsTo)) {
      pruned++
      continue
    }
    if (runs >= maxRuns) return { schedules, pruned, isComplete: false, outcomes }
    if (runs++ % BATCH === 0) await new Promise((resolve) => setImmediate(resolve))
    const chooser = new Branching(path, paths, reached)
    const story: StoryLine[] = []
    const world = openWorld(subject, plan, chooser, collects ? story : undefined, true)
    chooser.world = world
    try {
      await play(world)
      schedules++
      if (collects) outcomes.add(outcomeOf(story))
    } catch (error) {
      if (error === PRUNED) {
        pruned++
        continue
      }
      if (!(error instanceof Violation)) throw error
      schedules++
      if (collects) outcomes.add(`${outcomeOf(story)}: ${error.message}`)
      if (!collects) {
        const finding = { seed: 0, after: schedules + pruned, plan, schedule: world.scheduler.taken, violation: error }
        return { schedules, pruned, isComplete: false, outcomes, finding }
      }
    }
  }
  return { schedules, pruned, isComplete: true, outcomes }
}

/** The choices from the last one back to the first. */
interface Path {
  readonly before: Path | undefined
  readonly choice: number
  /** The fingerprint after the last choice, if that is known: then an equivalent schedule needn't be begun. */
  readonly leadsTo?: number | undefined
}

const PRUNED = new Error('an equivalent schedule has been run')

/** What the schedules of one plan have reached. */
class Reached {
  /** The fingerprints of states. */
  readonly #states = new Set<number>()
  /** For steps that touched other data than they had declared: what they touched. It is the same after equivalent pasts. */
  readonly #touches = new Map<number, readonly Touched[]>()

  /** The fingerprint after a step, as far as known. */
  after(state: Equivalence, step: Step): number {
    return state.fingerprintAfter(step.name, this.touchesOf(state, step) ?? step.touches)
  }

  /** Undefined: not known yet. */
  touchesOf(state: Equivalence, { name, touches }: Step): readonly Touched[] | undefined {
    return this.#touches.get(state.eventOf(name, touches))
  }

  has(state: number): boolean {
    return this.#states.has(state)
  }

  /** @returns false if it was reached before. */
  add(state: number): boolean {
    if (this.#states.has(state)) return false
    this.#states.add(state)
    return true
  }

  touched(event: number, actual: readonly Touched[]): void {
    this.#touches.set(event, actual)
  }
}

/** Follows a path; from there on takes the first step that leads to a state not reached yet, and leaves the others to be run later. */
class Branching implements Chooser {
  world!: World
  readonly #followed: number[] = []
  #at = 0
  #path: Path
  readonly #left: Path[]
  readonly #reached: Reached | undefined
  readonly #equivalence = new Equivalence()

  /**
   * @param left gets what is to be run later.
   * @param reached undefined: every interleaving is run.
   */
  constructor(path: Path, left: Path[], reached: Reached | undefined) {
    this.#path = path
    this.#left = left
    this.#reached = reached
    for (let back: Path | undefined = path; back?.before !== undefined; back = back.before)
      this.#followed.push(back.choice)
    this.#followed.reverse()
  }

  choose(enabled: readonly Step[]): number {
    if (this.world.hasFinished) return 0
    const followed = this.#followed[this.#at++]
    if (followed !== undefined) return followed
    const next = enabled.map((step, choice): Path => {
      return { before: this.#path, choice, leadsTo: this.#reached?.after(this.#equivalence, step) }
    })
    const only = next.find((_, i) => this.#isPrivate(enabled[i]!))
    const candidates = only === undefined ? next : [only]
    const [first, ...others] = candidates.filter(({ leadsTo }) => leadsTo === undefined || !this.#reached!.has(leadsTo))
    if (first === undefined) throw PRUNED
    this.#left.push(...others.reverse())
    this.#path = first
    return first.choice
  }

  #isPrivate(step: Step): boolean {
    const touches = this.#reached?.touchesOf(this.#equivalence, step)
    return touches !== undefined && isPrivate(step, touches, this.world)
  }

  /** @throws PRUNED */
  taken(name: string, expected: readonly Touched[], actual: readonly Touched[]): void {
    if (this.#reached === undefined || this.world.hasFinished) return
    const isFollowing = this.#at < this.#followed.length
    if (!isFollowing) this.#reached.touched(this.#equivalence.eventOf(name, expected), actual)
    this.#equivalence.taken(name, actual)
    if (!isFollowing && !this.#reached.add(this.#equivalence.fingerprint)) throw PRUNED
  }
}

function outcomeOf(story: readonly StoryLine[]): string {
  return story
    .filter(({ text }) => /^(returns|is told|v\d+ is acknowledged)/.test(text))
    .map(({ by, text }) => `${by} ${text}`)
    .sort()
    .join(' · ')
}
