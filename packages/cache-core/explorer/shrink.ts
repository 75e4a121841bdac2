/** Makes a finding as short as possible: fewer actors, then fewer interruptions, then fewer steps. */
import { type Finding, type Run, replay, runNth } from './explore.ts'
import type { Actor, Before, Plan, PlannedChange, Task } from './plan.ts'
import type { Subject } from './subject.ts'

/** If the found schedule does not fit a simpler plan: the number of steps for a new search in that plan. */
const STEPS = 6_000
/** The number of steps for the search for the shortest schedule of the final plan. */
const LAST_STEPS = 30_000

/** A shorter schedule that breaks the same invariant; `finding` itself if there is none. */
export async function shrink(subject: Subject, finding: Finding): Promise<Finding> {
  const best = new Best(subject, finding)
  const isSimpler = async (plan: Plan) =>
    (await best.replay(plan, best.finding.schedule)) || (await best.search(plan, STEPS, true))
  while (await some(simplerPlans(best.finding.plan), isSimpler));
  await best.search(best.finding.plan, LAST_STEPS)
  await best.calm()
  return renumbered(best.finding)
}

/**
 * The same plan in a schedule with fewer interruptions.
 *
 * @param isRight whether a run still has the required story.
 */
export async function calm(subject: Subject, finding: Finding, isRight: (run: Run) => boolean): Promise<Finding> {
  const best = new Best(subject, finding, isRight)
  await best.calm()
  return best.finding
}

/** The shortest finding so far. */
class Best {
  finding: Finding
  readonly #subject: Subject
  readonly #isRight: (run: Run) => boolean

  constructor(subject: Subject, finding: Finding, isRight: (run: Run) => boolean = () => true) {
    this.#subject = subject
    this.#isRight = isRight
    this.finding = finding
  }

  async replay(plan: Plan, schedule: readonly string[]): Promise<boolean> {
    return this.#take(plan, await replay(this.#subject, plan, schedule))
  }

  /** Tries random schedules of a plan: takes the first better one, or the best within `maxSteps`. */
  async search(plan: Plan, maxSteps: number, first = false): Promise<boolean> {
    let found = false
    for (let n = 0, steps = 0; steps < maxSteps && !(first && found); n++) {
      const tried = await runNth(this.#subject, this.finding.seed, n, plan)
      steps += 1 + tried.schedule.length
      if (this.#take(plan, tried)) found = true
    }
    return found
  }

  async calm(): Promise<void> {
    const { plan } = this.finding
    while (await some(calmerSchedules(this.finding.schedule), (schedule) => this.replay(plan, schedule)));
  }

  /** Takes a run that breaks the same invariant in fewer steps. */
  #take(plan: Plan, run: Run): boolean {
    if (run.violation?.invariant !== this.finding.violation.invariant || !this.#isRight(run)) return false
    const candidate = { ...this.finding, plan, schedule: run.schedule, violation: run.violation }
    if (!isShorter(candidate, this.finding)) return false
    this.finding = candidate
    return true
  }
}

async function some<T>(candidates: Iterable<T>, isGood: (candidate: T) => Promise<boolean>): Promise<boolean> {
  for (const candidate of candidates) if (await isGood(candidate)) return true
  return false
}

/** Renumbers the actors (R1, R2, W1, …) after some were removed. */
function renumbered(finding: Finding): Finding {
  const names = new Map<string, string>()
  const counts = new Map<string, number>()
  for (const { name } of finding.plan.actors) {
    const letter = name[0]!
    counts.set(letter, (counts.get(letter) ?? 0) + 1)
    names.set(name, `${letter}${counts.get(letter)}`)
  }
  const actors = finding.plan.actors.map((actor) => ({ ...actor, name: names.get(actor.name)! }))
  const schedule = finding.schedule.map((step) => step.replace(/^[^.]+/, (name) => names.get(name) ?? name))
  return { ...finding, plan: { ...finding.plan, actors }, schedule }
}

function isShorter(a: Finding, b: Finding): boolean {
  const [sizesA, sizesB] = [sizes(a), sizes(b)]
  const differs = sizesA.findIndex((size, i) => size !== sizesB[i])
  return differs >= 0 && sizesA[differs]! < sizesB[differs]!
}

/** Most important first. */
function sizes({ plan, schedule }: Finding): number[] {
  return [
    plan.actors.length + plan.moves.length,
    plan.actors.reduce((sum, actor) => sum + weight(actor), 0) + plan.processes + befores.indexOf(plan.before),
    interruptions(schedule),
    schedule.length,
  ]
}

/** Simplest first. */
const befores: readonly Before[] = ['nothing', 'fresh', 'nearly expired', 'expired']

function weight({ process, task }: Actor): number {
  switch (task.does) {
    case 'read':
      return process + task.times + task.tags.length + (task.also?.length ?? 0) + Number(task.loadFails)
    case 'write':
      return process + Number(task.fails !== 'no') + Number(task.change.keysKnownLate) + tagsOf(task.change)
    case 'change by hand':
      return process + 1 + task.tags.length + Number(task.everything)
  }
}

function tagsOf({ tags, entryTags }: PlannedChange): number {
  return tags.length + entryTags.length
}

function* simplerPlans(plan: Plan): Generator<Plan> {
  for (let i = 0; i < plan.moves.length; i++) yield { ...plan, moves: plan.moves.toSpliced(i, 1) }
  for (let i = 0; i < plan.actors.length; i++) yield { ...plan, actors: plan.actors.toSpliced(i, 1) }
  // With an expired entry from the start, no time needs to pass.
  for (const [i, { does }] of plan.moves.entries()) {
    if (does === 'pass') yield { ...plan, before: 'expired', moves: plan.moves.toSpliced(i, 1) }
  }
  for (const before of befores.slice(0, befores.indexOf(plan.before))) yield { ...plan, before }
  yield { ...plan, actors: plan.actors.map((actor) => ({ ...actor, task: withoutTags(actor.task) })) }
  const ofMoves = plan.moves.map(({ to }) => Number(to)).filter(Number.isInteger) // others name an entry or a period
  const used = 1 + Math.max(0, ...plan.actors.map(({ process }) => process), ...ofMoves)
  if (used < plan.processes) yield { ...plan, processes: used }
  for (const [i, actor] of plan.actors.entries()) {
    const other = (change: Partial<Actor>) => ({ ...plan, actors: plan.actors.with(i, { ...actor, ...change }) })
    if (actor.process > 0) yield other({ process: actor.process - 1 })
    for (const task of simplerTasks(actor.task)) yield other({ task })
  }
}

/** The same task on the row's own entry. */
function withoutTags(task: Task): Task {
  const keys = ['row']
  switch (task.does) {
    case 'read':
      return { ...alone(task), key: 'row', tags: [] }
    case 'write':
      return { ...task, change: { ...task.change, keys, tags: [], entryTags: [] } }
    case 'change by hand':
      return { ...task, keys, tags: [] }
  }
}

/** The same read without the other keys. */
function alone({ also: _, ...task }: Extract<Task, { does: 'read' }>): Task & { does: 'read' } {
  return task
}

function* simplerTasks(task: Task): Generator<Task> {
  if (task.does === 'read') {
    if (task.also !== undefined) yield alone(task)
    if (task.times > 1) yield { ...task, times: task.times - 1 }
    if (task.loadFails) yield { ...task, loadFails: false }
  }
  if (task.does === 'write') {
    if (task.fails !== 'no') yield { ...task, fails: 'no' }
    if (task.change.keysKnownLate) yield { ...task, change: { ...task.change, keysKnownLate: false } }
  }
  if (task.does === 'change by hand' && task.everything) yield { ...task, everything: false }
}

/** Schedules with one actor's steps moved together, or with steps left out of the list. */
function* calmerSchedules(schedule: readonly string[]): Generator<readonly string[]> {
  const blocks = blocksOf(schedule)
  for (let i = 0; i < blocks.length; i++) {
    for (let j = i + 1; j < blocks.length; j++) {
      if (whose(blocks[i]![0]!) !== whose(blocks[j]![0]!)) continue
      const rest = blocks.toSpliced(j, 1)
      yield rest.with(i, [...blocks[i]!, ...blocks[j]!]).flat()
      const without = blocks.toSpliced(i, 1)
      yield without.with(j - 1, [...blocks[i]!, ...blocks[j]!]).flat()
      break
    }
  }
  for (let i = 0; i < blocks.length; i++) yield blocks.toSpliced(i, 1).flat()
  for (let i = 0; i + 1 < blocks.length; i++)
    yield blocks
      .with(i, blocks[i + 1]!)
      .with(i + 1, blocks[i]!)
      .flat()
  for (let i = 0; i < schedule.length; i++) yield schedule.toSpliced(i, 1)
}

/** Groups consecutive steps of one actor. */
function blocksOf(schedule: readonly string[]): string[][] {
  const blocks: string[][] = []
  for (const step of schedule) {
    const last = blocks.at(-1)
    if (last !== undefined && whose(last[0]!) === whose(step)) last.push(step)
    else blocks.push([step])
  }
  return blocks
}

function interruptions(schedule: readonly string[]): number {
  return blocksOf(schedule).length
}

function whose(step: string): string {
  return step.split('.')[0]!
}
