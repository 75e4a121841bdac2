/**
 * The explorer finds each broken variant within a few thousand schedules, with seed 1 and, nightly, EXPLORER_SEED. Findings shrink, print
 * and replay. Two files, since shrinking takes long.
 */
import { describe, expect, it } from 'vitest'
import { explore, type Finding, replay, shrink, traceInWords } from '../explorer/index.ts'
import type { Broken } from './broken.ts'

const MAX_SCHEDULES = 10_000
const SEED = Number(process.env.EXPLORER_SEED ?? 1)

/** @param again checks a shrunk finding once more */
export function testBites(
  broken: readonly Broken[],
  again?: (subject: Broken, finding: Finding) => Promise<void>,
): void {
  describe('the explorer detects that', () => {
    it.each(broken)(
      '$name',
      async (subject) => {
        const { finding } = await explore(subject, {
          schedules: MAX_SCHEDULES,
          seed: SEED,
          ...(subject.plan && { plan: subject.plan }),
        })
        expect(subject.breaks).toContain(finding?.violation.invariant)
        const { plan, schedule } = await shrink(subject, finding!)
        const { story, violation } = await replay(subject, plan, schedule)
        expect(violation?.invariant).toBe(finding!.violation.invariant)
        await again?.(subject, { ...finding!, plan, schedule })
        console.log(`${subject.name}: ${violation!.message}\n  ${traceInWords(story)}`)
        console.log(`${subject.name}: found after ${finding!.after} schedules`)
      },
      120_000,
    )
  })
}
