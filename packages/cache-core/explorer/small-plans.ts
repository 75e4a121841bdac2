import type { Actor, Before, Move, Plan, PlannedChange, Task } from './plan.ts'

/** One writer and two readers in two processes, and at most one fault: small enough for `exhaust`. */
export interface SmallPlan extends Plan {
  /** `row, apart, nothing, kill 0` */
  readonly name: string
}

interface Shown {
  readonly name: string
  readonly key: string
  readonly tags: readonly string[]
  readonly change: PlannedChange
}

const change = (keys: readonly string[], tags: readonly string[], entryTags: readonly string[] = []) => ({
  keys,
  tags,
  entryTags,
  keysKnownLate: false,
})

/** An entry with only this row. */
const row: Shown = { name: 'row', key: 'row', tags: [], change: change(['row'], []) }
/** A list that a tag invalidates. */
const list: Shown = { name: 'list', key: 'list', tags: ['rows'], change: change([], ['rows']) }

/** The process of each reader and of the writer. All other arrangements only exchange the processes' names, or leave one process idle. */
const places = {
  'readers apart': [0, 1, 1],
  'readers together': [0, 0, 1],
} as const

export interface SmallPlanOptions {
  /** Whether commands can fail here, and leases and tags be evicted. */
  readonly isRemote: boolean
}

/**
 * Every fault for an entry with only this row: while it is cached, and, except the end of a lease, while it is not. For a list, the
 * faults that differ because a tag invalidates it. Plans with over 100,000 schedules are left to random ones, such as those in
 * which a lease ends in a memory store.
 */
export function smallPlans({ isRemote }: SmallPlanOptions): SmallPlan[] {
  const faults = [...anywhere, ...(isRemote ? remote : inEither('pause'))]
  const families = [
    { ...row, before: 'fresh', faults },
    { ...row, before: 'nothing', faults: faults.filter((fault) => fault?.does !== 'pass') },
    { ...list, before: 'fresh', faults: isRemote ? [undefined, ...ofTags] : [undefined] },
    { ...list, before: 'nothing', faults: [undefined] },
  ] as const
  return families.flatMap((family) =>
    Object.entries(places).flatMap(([place, at]) => family.faults.map((fault) => planOf(family, place, at, fault))),
  )
}

function planOf(
  { name, key, tags, change, before }: Shown & { readonly before: Before },
  place: string,
  [first, second, writer]: readonly [number, number, number],
  fault: Fault | undefined,
): SmallPlan {
  const read: Task = { does: 'read', key, tags, times: 1, loadFails: false }
  const actors: Actor[] = [
    { name: 'R1', process: first, task: read },
    { name: 'R2', process: second, task: read },
    { name: 'W', process: writer, task: { does: 'write', change, fails: 'no' } },
  ]
  const happens = fault === undefined ? 'no fault' : `${fault.does} ${fault.to}`
  const moves = fault === undefined ? [] : [{ ...fault, name: `${fault.does}#1` }]
  return { name: `${name}, ${place}, ${before}, ${happens}`, before, processes: 2, actors, moves }
}

type Fault = Omit<Move, 'name'>

/** In either process. */
const inEither = (...kinds: readonly Move['does'][]): readonly Fault[] =>
  kinds.flatMap((does) => ['0', '1'].map((to) => ({ does, to })))

const anywhere: readonly (Fault | undefined)[] = [undefined, { does: 'evict', to: 'entry row' }]
const remote: readonly Fault[] = [
  { does: 'pass', to: 'lease' },
  { does: 'evict', to: 'lease row' },
  ...inEither('pause', 'kill', 'lose', 'refuse'),
]
const ofTags: readonly Fault[] = [{ does: 'evict', to: 'tag rows' }, ...inEither('lose', 'refuse')]
