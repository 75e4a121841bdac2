/** Runs all schedules of a small plan, but only one of each set of equivalent ones. */
import type { StoryLine } from './call.ts'
import type { Chooser } from './choosers.ts'
import { Equivalence } from './equivalence.ts'
import { type Finding, openWorld } from './explore.ts'
import { Violation } from './oracle.ts'
import type { Plan } from './plan.ts'
import type { Step, Touched } from './step.ts'
import type { Subject } from './world.ts'

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
  /** The number of schedules that were skipped because an equivalent one had run. */
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
  const seen = new Set<number>()
  const outcomes = new Set<string>()
  const paths: Path[] = [{ before: undefined, choice: 0 }]
  let schedules = 0
  let pruned = 0
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const runs = schedules + pruned
    if (runs >= maxRuns) return { schedules, pruned, isComplete: false, outcomes }
    if (runs % BATCH === 0) await new Promise((resolve) => setImmediate(resolve))
    const chooser = new Branching(path, paths, prunes ? seen : undefined)
    const story: StoryLine[] = []
    const world = openWorld(subject, plan, chooser, collects ? story : undefined, true)
    chooser.hasFinished = () => world.hasFinished
    try {
      await world.play()
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
}

const PRUNED = new Error('an equivalent schedule has been run')

/** Follows a path. After its end it always takes the first possible step, and keeps the alternatives for later runs. */
class Branching implements Chooser {
  hasFinished = () => false
  readonly #followed: number[] = []
  #at = 0
  #path: Path
  readonly #left: Path[]
  readonly #seen: Set<number> | undefined
  readonly #equivalence = new Equivalence()

  /** @param left receives the paths to run later. */
  constructor(path: Path, left: Path[], seen: Set<number> | undefined) {
    this.#path = path
    this.#left = left
    this.#seen = seen
    for (let back: Path | undefined = path; back?.before !== undefined; back = back.before)
      this.#followed.push(back.choice)
    this.#followed.reverse()
  }

  choose(enabled: readonly Step[]): number {
    if (this.hasFinished()) return 0
    const followed = this.#followed[this.#at++]
    if (followed !== undefined) return followed
    if (this.#seen !== undefined) {
      const { fingerprint } = this.#equivalence
      if (this.#seen.has(fingerprint)) throw PRUNED
      this.#seen.add(fingerprint)
    }
    for (let choice = enabled.length - 1; choice > 0; choice--) this.#left.push({ before: this.#path, choice })
    this.#path = { before: this.#path, choice: 0 }
    return 0
  }

  taken(name: string, touches: readonly Touched[]): void {
    if (this.#seen !== undefined) this.#equivalence.taken(name, touches)
  }
}

function outcomeOf(story: readonly StoryLine[]): string {
  return story
    .filter(({ text }) => /^(returns|is told|v\d+ is acknowledged)/.test(text))
    .map(({ by, text }) => `${by} ${text}`)
    .sort()
    .join(' · ')
}
