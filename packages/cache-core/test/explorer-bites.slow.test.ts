/** What the explorer finds within a few thousand schedules, by two seeds, and that it can be made short, played again and put into words. */
import { describe, expect, it } from 'vitest'
import { explore, replay, shrink, traceInWords } from '../src/testing/index.ts'
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
        expect(subject.breaks).toContain(finding?.violation.invariant)
        after.push(finding!.after)
        if (seed !== SEEDS[0]) continue
        const { plan, schedule } = await shrink(subject, finding!)
        const { story, violation } = await replay(subject, plan, schedule)
        expect(violation?.invariant).toBe(finding!.violation.invariant)
        console.log(`${subject.name}: ${violation!.message}\n  ${traceInWords(story)}`)
      }
      console.log(`${subject.name}: found after ${after.join(', ')} schedules`)
    },
    120_000,
  )
})
