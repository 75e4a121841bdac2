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

/** The entry that shows the row: one with only this row, or a list that a tag invalidates. */
const shown: readonly Shown[] = [
  { name: 'row', key: 'row', tags: [], change: change(['row'], []) },
  { name: 'list', key: 'list', tags: ['rows'], change: change([], ['rows']) },
]

/** The process of each reader and of the writer. All other arrangements only exchange the processes' names, or leave one process idle. */
const places = {
  'readers apart': [0, 1, 1],
  'readers together': [0, 0, 1],
} as const

const befores: readonly Before[] = ['nothing', 'fresh']

export interface SmallPlanOptions {
  /** Whether commands can fail here, and leases and tags be evicted. */
  readonly isRemote: boolean
}

export function smallPlans({ isRemote }: SmallPlanOptions): SmallPlan[] {
  const plans: SmallPlan[] = []
  for (const { name, key, tags, change } of shown) {
    for (const [place, [first, second, writer]] of Object.entries(places)) {
      for (const before of befores) {
        for (const fault of faultsOf(key, tags, isRemote)) {
          const read: Task = { does: 'read', key, tags, times: 1, loadFails: false }
          const actors: Actor[] = [
            { name: 'R1', process: first, task: read },
            { name: 'R2', process: second, task: read },
            { name: 'W', process: writer, task: { does: 'write', change, fails: 'no' } },
          ]
          const told = fault === undefined ? 'no fault' : `${fault.does} ${fault.to}`
          const moves = fault === undefined ? [] : [{ ...fault, name: `${fault.does}#1` }]
          plans.push({ name: `${name}, ${place}, ${before}, ${told}`, before, processes: 2, actors, moves })
        }
      }
    }
  }
  return plans
}

function faultsOf(key: string, tags: readonly string[], isRemote: boolean): (Omit<Move, 'name'> | undefined)[] {
  const anywhere = [undefined, { does: 'evict', to: `entry ${key}` }, { does: 'pass', to: 'lease' }] as const
  if (!isRemote) return [...anywhere, { does: 'pause', to: '0' }, { does: 'pause', to: '1' }]
  return [
    ...anywhere,
    { does: 'evict', to: `lease ${key}` },
    ...tags.map((tag) => ({ does: 'evict', to: `tag ${tag}` }) as const),
    ...(['pause', 'kill', 'lose', 'refuse'] as const).flatMap((does) => [
      { does, to: '0' },
      { does, to: '1' },
    ]),
  ]
}
