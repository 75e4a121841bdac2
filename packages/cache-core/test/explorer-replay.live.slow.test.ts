/** Schedules of the explorer on a real Redis: the same steps in the same order, each command sent at its step. */
import { describe, expect, it } from 'vitest'
import { runNth } from '../explorer/explore.ts'
import { LIVE_PACE, liveRedisBackend, redisBackend, replay, type Subject, traceInWords } from '../explorer/index.ts'
import { cachingReads, currentWrites } from './all-strategies.ts'
import { connect } from './backends.ts'

/** Of each pair. `pnpm test:nightly` replays 1,000. */
const SCHEDULES = Number(process.env.REPLAY_SCHEDULES ?? 20)
let replays = 0
const client = await connect()
const onRedis = () => liveRedisBackend(client, `replay-${process.pid}-${replays++}:`)

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
        const real = await replay({ ...subject, backend: onRedis() }, plan, schedule)
        expect(traceInWords(real.story)).toBe(traceInWords(emulated.story))
        expect(real.violation).toBeUndefined()
      }
    },
    60_000 + SCHEDULES * 1_000,
  )
})
