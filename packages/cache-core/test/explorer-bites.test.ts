/** The explorer must find what happens when a safeguard is taken out, within a few thousand schedules; else it proves nothing. */
import { describe, expect, it } from 'vitest'
import { explore, replay, shrink, tellInWords } from '../src/testing/index.ts'
import { broken } from './broken.ts'

const MAX_SCHEDULES = 10_000
const SEEDS = [1, 2, 3]

describe('the explorer finds it when', () => {
  it.each(broken)(
    '$name',
    async (subject) => {
      const after: number[] = []
      for (const seed of SEEDS) {
        const { finding } = await explore(subject, { schedules: MAX_SCHEDULES, seed })
        expect(subject.breaks).toContain(finding?.breach.invariant)
        after.push(finding!.after)
        if (seed !== SEEDS[0]) continue
        const { plan, schedule } = await shrink(subject, finding!)
        const { story, breach } = await replay(subject, plan, schedule)
        expect(breach?.invariant).toBe(finding!.breach.invariant)
        console.log(`${subject.name}: ${breach!.message}\n  ${tellInWords(story)}`)
      }
      console.log(`${subject.name}: found after ${after.join(', ')} schedules`)
    },
    120_000,
  )
})

describe('a schedule', () => {
  const subject = broken[0]!

  it('is the same for a seed, and replays by its list of steps', async () => {
    const [one, again] = await Promise.all([1, 2].map(() => explore(subject, { schedules: MAX_SCHEDULES, seed: 7 })))
    expect(one!.finding!.schedule).toEqual(again!.finding!.schedule)
    const { plan, schedule, breach } = one!.finding!
    const replayed = await replay(subject, plan, schedule)
    expect(replayed.schedule).toEqual(schedule)
    expect(replayed.breach?.message).toBe(breach.message)
  })
})
