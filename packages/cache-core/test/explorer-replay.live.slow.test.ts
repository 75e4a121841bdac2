/** Schedules of the explorer on a real Redis: the same steps in the same order, each command sent at its step. */
import { describe, expect, it } from 'vitest'
import { runNth } from '../explorer/explore.ts'
import {
  explore,
  LIVE_PACE,
  liveRedisBackend,
  redisBackend,
  replay,
  type Subject,
  shrink,
  traceInWords,
} from '../explorer/index.ts'
import { cachingReads, currentWrites } from './all-strategies.ts'
import { connect } from './backends.ts'
import { broken, redis } from './broken.ts'

const SCHEDULES = 60
/** With the longer times for a real server, an entry outlasts the deadline of a command. */
const LASTS = 'the limit of a fallback is checked before the load'
let replays = 0
const client = await connect()

function onRedis(subject: Subject): Subject {
  return { ...subject, backend: liveRedisBackend(client, `replay-${process.pid}-${replays++}:`) }
}

describe('random schedules run the same way as on the emulated Redis', () => {
  const pairs = cachingReads.flatMap((read) => currentWrites.map((write) => ({ name: read().name, read, write })))

  it.each(pairs)(
    '$name × $write.name',
    async ({ read, write }) => {
      const backend = redisBackend({ inOrder: true, pace: LIVE_PACE, hasMessages: false })
      const subject: Subject = { name: 'emulated', read, write, backend }
      let compared = 0
      for (let n = 0; compared < SCHEDULES; n++) {
        const { plan, schedule } = await runNth(subject, 1, n)
        const emulated = await replay(subject, plan, schedule)
        // Real time decides how often a waiter polls until a lease ends.
        const passes = plan.moves.some(({ does }) => does === 'pass') || /expired/.test(plan.before)
        if (passes || emulated.story.some(({ by }) => by === 'time')) continue
        compared++
        const real = await replay(onRedis(subject), plan, schedule)
        expect(traceInWords(real.story)).toBe(traceInWords(emulated.story))
        expect(real.violation).toBeUndefined()
      }
    },
    60_000,
  )
})

describe('a schedule that breaks a variant on the emulated Redis breaks it on a real one', () => {
  const onAnyServer = broken.filter(({ backend, name }) => backend === redis && name !== LASTS)

  it.each(onAnyServer)('$name', async (subject) => {
    const { finding } = await explore(subject, { schedules: 5_000, seed: 1 })
    const { plan, schedule } = await shrink(subject, finding!)
    const { violation, story } = await replay(onRedis(subject), plan, schedule)
    console.log(traceInWords(story))
    expect(violation?.invariant).toBe(finding!.violation.invariant)
  })
})
