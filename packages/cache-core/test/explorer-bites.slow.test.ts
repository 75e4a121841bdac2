/** What the explorer finds within a few thousand schedules, by two seeds, and that it can be made short, played again and told. */
import { describe, expect, it } from 'vitest'
import { explore, replay, shrink, tellInWords } from '../src/testing/index.ts'
import { broken } from './broken.ts'

const MAX_SCHEDULES = 10_000
const SEEDS = [1, 2]

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
