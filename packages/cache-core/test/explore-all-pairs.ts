import { afterAll, describe, expect, it } from 'vitest'
import { describeFinding, explore, memoryBackend, redisBackend, type Subject } from '../src/testing/index.ts'
import { reads, writes } from './all-strategies.ts'

const seed = Number(process.env.EXPLORER_SEED ?? Date.now() % 1_000_000_000)

const backends = [memoryBackend, redisBackend({ inOrder: true }), redisBackend({ inOrder: false })]
const subjects: Subject[] = backends.flatMap((backend) =>
  reads.flatMap((read) =>
    writes.map((write) => ({ name: `${read().name} × ${write().name} × ${backend.name}`, read, write, backend })),
  ),
)

/**
 * The explorer over every read × write × store that promises anything: no schedule may break a promise.
 *
 * @param schedules how many each gets, unless EXPLORER_SCHEDULES says so. EXPLORER_SEED repeats a run.
 */
export function exploreAllPairs({ schedules: usual }: { readonly schedules: number }): void {
  const schedules = Number(process.env.EXPLORER_SCHEDULES ?? usual)
  const began = performance.now()
  let explored = 0
  afterAll(() => {
    const seconds = Math.round((performance.now() - began) / 1_000)
    console.log(`explorer, seed ${seed}: ${explored} schedules of ${subjects.length} pairs in ${seconds} s`)
  })

  describe(`explorer, seed ${seed}, ${schedules} schedules each of ${subjects.length} pairs`, () => {
    it.each(subjects)(
      '$name keeps its promises',
      async (subject) => {
        const start = performance.now()
        const { finding, steps } = await explore(subject, { schedules, seed })
        if (finding !== undefined) expect.fail(await describeFinding(subject, finding))
        explored += schedules
        const perSecond = Math.round((schedules / (performance.now() - start)) * 1_000)
        console.log(`${subject.name}: ${schedules} schedules, ${steps} steps, ${perSecond} schedules/s`)
      },
      1_800_000,
    )
  })
}
