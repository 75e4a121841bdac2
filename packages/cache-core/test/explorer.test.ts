/** The explorer over every read × write × store: no schedule may break a guarantee. */
import { afterAll, describe, expect, it } from 'vitest'
import {
  type Backend,
  describeFinding,
  explore,
  memcachedBackend,
  memoryBackend,
  redisBackend,
  type Subject,
  tieredBackend,
} from '../explorer/index.ts'
import { reads, writes } from './all-strategies.ts'

/** EXPLORER_SEED repeats a run. */
const seed = Number(process.env.EXPLORER_SEED ?? Date.now() % 1_000_000_000)

/** Per pair. Nightly 100,000. */
const schedules = Number(process.env.EXPLORER_SCHEDULES ?? 150)

const twoTiers = tieredBackend()
/** How many times longer a schedule takes there. */
const slower = new Map<Backend, number>([
  [memcachedBackend, 20],
  [twoTiers, 3],
])
const backends = [
  memoryBackend,
  redisBackend({ inOrder: true }),
  redisBackend({ inOrder: false }),
  twoTiers,
  memcachedBackend,
]
const subjects: Subject[] = backends.flatMap((backend) =>
  reads.flatMap((read) =>
    writes.map((write) => ({ name: `${read().name} × ${write().name} × ${backend.name}`, read, write, backend })),
  ),
)

const began = performance.now()
let explored = 0
afterAll(() => {
  const seconds = Math.round((performance.now() - began) / 1_000)
  console.log(`explorer, seed ${seed}: ${explored} schedules of ${subjects.length} pairs in ${seconds} s`)
})

describe(`explorer, seed ${seed}, ${schedules} schedules (a twentieth on memcached, a third on two tiers) for each of ${subjects.length} pairs`, () => {
  it.each(subjects)(
    '$name keeps its guarantee',
    async (subject) => {
      const start = performance.now()
      // On memcached each command of a batch is a separate step, and there are no scripts: a schedule takes 20 times as long.
      const own = Math.ceil(schedules / (slower.get(subject.backend) ?? 1))
      const { finding, steps } = await explore(subject, { schedules: own, seed })
      if (finding !== undefined) expect.fail(await describeFinding(subject, finding))
      explored += own
      const perSecond = Math.round((own / (performance.now() - start)) * 1_000)
      console.log(`${subject.name}: ${own} schedules, ${steps} steps, ${perSecond} schedules/s`)
    },
    1_800_000,
  )
})
