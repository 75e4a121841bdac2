/**
 * The explorer finds each broken variant within a few thousand schedules, with two seeds. Findings shrink, print and replay; those
 * on the emulated Redis also break the variant on a real one.
 */
import { describe, expect, it } from 'vitest'
import { explore, liveRedisBackend, replay, shrink, traceInWords } from '../explorer/index.ts'
import { connect } from './backends.ts'
import { broken, redis } from './broken.ts'

const MAX_SCHEDULES = 10_000
const SEEDS = [1, 2]
/** With the longer times for a real server, an entry outlasts the deadline of a command. */
const LASTS = 'the limit of a fallback is checked before the load'
const client = await connect()

describe('the explorer detects that', () => {
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
        if (subject.backend === redis && subject.name !== LASTS) {
          const backend = liveRedisBackend(client, `bites-${process.pid}-${subject.name}:`)
          const real = await replay({ ...subject, backend }, plan, schedule)
          expect(real.violation?.invariant, 'on a real Redis').toBe(finding!.violation.invariant)
        }
        console.log(`${subject.name}: ${violation!.message}\n  ${traceInWords(story)}`)
      }
      console.log(`${subject.name}: found after ${after.join(', ')} schedules`)
    },
    120_000,
  )
})
