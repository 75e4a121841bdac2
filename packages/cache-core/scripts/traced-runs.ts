/** Runs each race of `tracedRaces` without its safeguard and with it: what docs/races.md and the page `/races` show. */
import { runNth } from '../explorer/explore.ts'
import { essence, type Finding, type Plan, type Run, replay, type Subject, type Violation } from '../explorer/index.ts'
import { calm } from '../explorer/shrink.ts'
import { type TracedRace, tracedRaces } from '../test/traced-races.ts'
import { type ToldLine, watch } from './watched-row.ts'

const SEED = 1
const MAX_SCHEDULES = 200_000

/** A race in both forms, by the same schedule. */
export interface TracedRun {
  readonly race: TracedRace
  readonly plan: Plan
  readonly violation: Violation
  readonly broken: TracedForm
  readonly guarded: TracedForm
}

export interface TracedForm {
  readonly run: Run
  /** The story's essence, each line with the state after it. */
  readonly told: readonly ToldLine[]
}

/** @throws Error if a race isn't found, or breaks the guarded form */
export async function traceRaces(): Promise<TracedRun[]> {
  const runs: TracedRun[] = []
  for (const race of tracedRaces) {
    const { plan, schedule, violation } = await find(race)
    const broken = await tell(race.broken, plan, schedule)
    const guarded = await tell(race.guarded, plan, schedule)
    if (guarded.run.violation !== undefined)
      throw new Error(`${race.title} breaks the guarded form: ${guarded.run.violation.message}`)
    runs.push({ race, plan, violation, broken, guarded })
  }
  return runs
}

async function tell(subject: Subject, plan: Plan, schedule: readonly string[]): Promise<TracedForm> {
  const { observe, told } = watch()
  const run = await replay(subject, plan, schedule, observe)
  return { run, told: essence(told) }
}

/** The calmest schedule that shows the race. @throws Error without one */
async function find(race: TracedRace): Promise<Finding> {
  const isRight = (run: Run) => run.violation !== undefined && tells(race, run)
  for (let n = 0; n < MAX_SCHEDULES; n++) {
    const { schedule, violation } = await runNth(race.broken, SEED, n, race.plan)
    if (violation === undefined) continue
    const finding = { seed: SEED, after: n + 1, plan: race.plan, schedule, violation }
    if (isRight(await replay(race.broken, race.plan, schedule))) return calm(race.broken, finding, isRight)
  }
  throw new Error(`none of ${MAX_SCHEDULES} schedules shows "${race.title}"`)
}

function tells({ has }: TracedRace, { story }: Run): boolean {
  let from = 0
  const lines = story.map(({ by, text }) => `${by} ${text}`)
  return has.every((wanted) => {
    const at = lines.findIndex((line, i) => i >= from && wanted.test(line))
    from = at + 1
    return at >= 0
  })
}

/** What was violated, as a sentence. */
export function sentence({ message }: Violation): string {
  const text = message.replace(/^[^:]*: /, '')
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`
}
