/** Runs many schedules of one subject until one breaks an invariant. */

import { seededRandom } from 'workload'
import { addMoves } from './adversary.ts'
import type { StoryLine } from './call.ts'
import { type Chooser, listChooser, randomChooser } from './choosers.ts'
import { Violation } from './oracle.ts'
import { type Plan, randomPlan } from './plan.ts'
import { play } from './play.ts'
import { canFallBack, type Subject } from './subject.ts'
import { perform } from './tasks.ts'
import { World } from './world.ts'

export interface ExploreOptions {
  /** Number of schedules. */
  readonly schedules: number
  /** The same seed explores the same schedules. */
  readonly seed: number
  /** Default random plans. */
  readonly plan?: Plan
}

export interface Exploration {
  readonly schedules: number
  readonly steps: number
  /** Absent: no invariant was broken. */
  readonly finding?: Finding
}

/** A schedule that breaks an invariant. `replay` repeats it. */
export interface Finding {
  readonly seed: number
  /** Number of schedules up to and including this one. */
  readonly after: number
  readonly plan: Plan
  readonly schedule: readonly string[]
  readonly violation: Violation
}

export interface Run {
  /** The names of the steps taken. */
  readonly schedule: readonly string[]
  readonly violation: Violation | undefined
  readonly story: readonly StoryLine[]
}

/** Schedules between two yields to the event loop. */
const BATCH = 200

export async function explore(subject: Subject, { schedules, seed, plan }: ExploreOptions): Promise<Exploration> {
  let steps = 0
  for (let n = 0; n < schedules; n++) {
    if (n % BATCH === 0) await new Promise((resolve) => setImmediate(resolve))
    const { plan: planned, schedule, violation } = await runNth(subject, seed, n, plan)
    steps += schedule.length
    if (violation === undefined) continue
    return { schedules: n + 1, steps, finding: { seed, after: n + 1, plan: planned, schedule, violation } }
  }
  return { schedules, steps }
}

/** The `n`th schedule of a seed. @param story as in `openWorld` */
export async function runNth(
  subject: Subject,
  seed: number,
  n: number,
  plan?: Plan,
  story?: StoryLine[],
): Promise<Run & { plan: Plan }> {
  const rng = seededRandom(nthSeed(seed, n))
  const { isRemote, othersWithinMs } = subject.backend
  const hasCopies = othersWithinMs !== undefined
  const planned = plan ?? randomPlan(rng, { isRemote, canFallBack: canFallBack(subject), hasCopies })
  return { plan: planned, ...(await run(subject, planned, randomChooser(rng), story)) }
}

/** The seed of the `n`th schedule of a run. Neighbouring schedules are unrelated. */
function nthSeed(seed: number, n: number): number {
  return Math.imul(seed ^ Math.imul(n + 1, 0x9e3779b1), 0x85ebca6b) >>> 0
}

/** Called after each line of a story, with the world as that line left it. */
export type Observe = (line: StoryLine, world: World) => void

/** Runs a plan by a schedule, and returns its story. */
export function replay(subject: Subject, plan: Plan, schedule: readonly string[], observe?: Observe): Promise<Run> {
  return run(subject, plan, listChooser(schedule), [], observe)
}

/** @param story receives what happens. Without it, none is recorded. */
export function openWorld(
  subject: Subject,
  plan: Plan,
  chooser: Chooser,
  story: StoryLine[] | undefined,
  isTimeLazy = false,
  observe?: Observe,
): World {
  const trace =
    story &&
    ((line: StoryLine) => {
      story.push(line)
      observe?.(line, world)
    })
  const world: World = new World(subject, { plan, chooser, perform, trace, isTimeLazy })
  addMoves(world)
  return world
}

async function run(
  subject: Subject,
  plan: Plan,
  chooser: Chooser,
  story?: StoryLine[],
  observe?: Observe,
): Promise<Run> {
  const world = openWorld(subject, plan, chooser, story, false, observe)
  const schedule = world.scheduler.taken
  try {
    await play(world)
    return { schedule, violation: undefined, story: story ?? [] }
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    return { schedule, violation: error, story: story ?? [] }
  }
}
