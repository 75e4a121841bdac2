import type { SeededRandom } from 'workload'

/** The actors of a schedule and its faults. The schedule gives the order. */
export interface Plan {
  readonly before: Before
  readonly processes: number
  readonly actors: readonly Actor[]
  readonly moves: readonly Move[]
}

/** The entry an earlier reader left in the cache. `expired`: gone, or still there for strategies that may serve it stale. */
export type Before = 'nothing' | 'fresh' | 'nearly expired' | 'expired'

/** One caller, in one process. */
export interface Actor {
  /** `R1`, `W1`, …: its name in the story. */
  readonly name: string
  readonly process: number
  readonly task: Task
}

export type Task =
  /** Reads `times` times, one after another. */
  | {
      readonly does: 'read'
      readonly key: string
      readonly tags: readonly string[]
      /** Other keys without tags, read together with this one by `readMany`. Default: `read`. */
      readonly also?: readonly string[]
      readonly times: number
      readonly loadFails: boolean
      /** Duration of its load in milliseconds. Default: up to the schedule. */
      readonly loadMs?: number
    }
  /** Writes the row through the cache. */
  | {
      readonly does: 'write'
      readonly change: PlannedChange
      readonly fails: 'no' | 'before the commit' | 'after the commit'
    }
  /** Changes the row out of band, then invalidates the affected entries by hand. */
  | {
      readonly does: 'change by hand'
      readonly keys: readonly string[]
      readonly tags: readonly string[]
      readonly everything: boolean
    }

export interface PlannedChange {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  readonly entryTags: readonly string[]
  /** The keys are known only after the commit. */
  readonly keysKnownLate: boolean
}

/** One action of the adversary, at a time chosen by the schedule. */
export interface Move {
  readonly name: string
  readonly does:
    | 'evict'
    | 'pass'
    | 'lose'
    | 'refuse'
    | 'cut'
    | 'mend'
    | 'pause'
    | 'wake'
    | 'kill'
    | 'hang up'
    | 'silence'
  /** The evicted item, the period that passes, or the affected process. */
  readonly to: string
}

/** The entries that show the row: one or two with only this row, a list under a tag, an entry that carries a tag. */
export interface Layout {
  readonly questions: readonly { readonly key: string; readonly tags: readonly string[] }[]
  readonly changes: readonly PlannedChange[]
}

const change = (keys: readonly string[], tags: readonly string[] = [], entryTags: readonly string[] = []) => ({
  keys,
  tags,
  entryTags,
  keysKnownLate: false,
})
const row = { key: 'row', tags: [] }
const copy = { key: 'copy', tags: [] }
const list = { key: 'list', tags: ['rows'] }
const card = { key: 'card', tags: ['cards'] }

const layouts: readonly Layout[] = [
  { questions: [row], changes: [change(['row']), change(['row']), { ...change(['row']), keysKnownLate: true }] },
  { questions: [list], changes: [change([], ['rows'])] },
  {
    questions: [card],
    changes: [change(['card'], [], ['cards']), change([], ['cards']), change(['card'], ['cards'], ['cards'])],
  },
  { questions: [row, list], changes: [change(['row'], ['rows'])] },
  { questions: [row, copy], changes: [change(['row', 'copy'])] },
]

export interface PlanOptions {
  /** Whether commands can fail here, and leases and tags be evicted. */
  readonly isRemote: boolean
  /** Whether a reader may get an expired entry if its load fails. */
  readonly canFallBack: boolean
  /** Whether processes have copies, and a connection that tells of changes. Default false. */
  readonly hasCopies?: boolean
}

/** Mostly nothing, since most failures involve a fill. If expired entries may be served, `beforesToFallBackOn` is used instead. */
const befores: readonly Before[] = ['nothing', 'nothing', 'nothing', 'fresh', 'nearly expired', 'expired']
const beforesToFallBackOn: readonly Before[] = ['nothing', 'fresh', 'nearly expired', 'expired', 'expired']

/** A random plan. Small ones are more likely, since they find most faults and are easiest to read. */
export function randomPlan(rng: SeededRandom, { isRemote, canFallBack, hasCopies = false }: PlanOptions): Plan {
  const before = rng.pick(canFallBack ? beforesToFallBackOn : befores)
  const loadFailsOneIn = canFallBack ? 4 : 12
  const processes = rng.oneIn(4) ? 3 : 2
  const layout = rng.pick([layouts[0]!, ...layouts])
  const size = rng.pick([3, 3, 3, 3, 4, 4, 4, 5, 5, 6])
  const tasks: [ReadTask, ...Task[]] = [readTask(rng, layout, loadFailsOneIn), writeTask(rng, layout)]
  while (tasks.length < size) {
    tasks.push(rng.oneIn(2) ? readTask(rng, layout, loadFailsOneIn) : writeTask(rng, layout))
  }
  const moves = randomMoves(rng, layout, processes, isRemote)
  if (hasCopies && rng.oneIn(3)) {
    moves.push({ does: rng.pick(['hang up', 'silence']), to: String(rng.below(processes)) })
  }
  // A fault in one process is visible only there, so in half of the plans all actors are in that process.
  const troubled = moves.find(({ does }) => troubles.includes(does))
  const place = () => (troubled !== undefined && rng.oneIn(2) ? Number(troubled.to) : rng.below(processes))
  if (moves.some(({ does }) => does === 'cut')) tasks[0] = { ...tasks[0], times: TIMES_TO_OPEN }
  const counts: Record<string, number> = {}
  const letters = { read: 'R', write: 'W', 'change by hand': 'H' }
  const actors = tasks.map((task) => {
    const letter = letters[task.does]
    counts[letter] = (counts[letter] ?? 0) + 1
    return { name: `${letter}${counts[letter]}`, process: place(), task }
  })
  return { before, processes, actors, moves: moves.map((move, i) => ({ ...move, name: `${move.does}#${i + 1}` })) }
}

const troubles: readonly Move['does'][] = ['lose', 'refuse', 'cut']
/** This many reads over a cut connection open the circuit. */
const TIMES_TO_OPEN = 6

type ReadTask = Extract<Task, { does: 'read' }>

function readTask(rng: SeededRandom, { questions }: Layout, loadFailsOneIn: number): ReadTask {
  const { key, tags } = rng.pick(questions)
  const others = questions.filter((other) => other.key !== key && other.tags.length + tags.length === 0)
  const also = others.length > 0 && rng.oneIn(2) ? { also: others.map((other) => other.key) } : {}
  return { does: 'read', key, tags, ...also, times: rng.oneIn(4) ? 2 : 1, loadFails: rng.oneIn(loadFailsOneIn) }
}

function writeTask(rng: SeededRandom, { questions, changes }: Layout): Task {
  if (rng.oneIn(4)) {
    const tags = [...new Set(questions.flatMap((question) => question.tags))]
    const keys = questions.filter((question) => question.tags.length === 0).map(({ key }) => key)
    return { does: 'change by hand', keys, tags, everything: rng.oneIn(2) }
  }
  const fails = rng.oneIn(8) ? rng.pick(['before the commit', 'after the commit'] as const) : 'no'
  return { does: 'write', change: rng.pick(changes), fails }
}

type Nameless = Omit<Move, 'name'>

function randomMoves(rng: SeededRandom, layout: Layout, processes: number, isRemote: boolean): Nameless[] {
  const moves: Nameless[] = []
  const somebody = () => String(rng.below(processes))
  if (rng.oneIn(3)) moves.push({ does: 'evict', to: evictable(rng, layout, isRemote) })
  switch (rng.below(isRemote ? 6 : 3)) {
    case 0:
      moves.push({ does: 'pass', to: rng.pick(['lease', 'ttl']) })
      if (rng.oneIn(3)) moves.push({ does: 'pass', to: 'lease' })
      break
    case 1: {
      const to = somebody()
      moves.push({ does: 'pause', to }, { does: 'pass', to: rng.pick(['lease', 'ttl']) }, { does: 'wake', to })
      break
    }
    case 3:
    case 4: {
      const to = somebody()
      for (let left = rng.pick([1, 2, 3]); left > 0; left--) moves.push({ does: rng.pick(['lose', 'refuse']), to })
      break
    }
    case 5: {
      const to = somebody()
      if (rng.oneIn(3)) moves.push({ does: 'kill', to })
      else moves.push({ does: 'cut', to }, { does: 'mend', to })
      break
    }
  }
  return moves
}

function evictable(rng: SeededRandom, { questions }: Layout, isRemote: boolean): string {
  const { key, tags } = rng.pick(questions)
  return isRemote
    ? rng.pick(['everything', `entry ${key}`, `lease ${key}`, ...tags.map((tag) => `tag ${tag}`)])
    : `entry ${key}`
}

/** Whether reaching this state takes time. */
export function isOld(before: Before): boolean {
  return before === 'nearly expired' || before === 'expired'
}

/** The final reads: all keys that were read or written, with their tags. */
export function questionsOf({ actors }: Plan): ReadonlyMap<string, readonly string[]> {
  const questions = new Map<string, readonly string[]>()
  for (const { task } of actors) {
    if (task.does === 'read') for (const key of [task.key, ...(task.also ?? [])]) questions.set(key, task.tags)
    if (task.does === 'write') for (const key of task.change.keys) questions.set(key, task.change.entryTags)
  }
  return questions
}
