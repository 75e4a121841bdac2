/** The explorer's random schedules of writers, readers, and flushers that pause and die, on a real Redis: each command is a step. */
import { expect } from 'vitest'
import { seededRandom } from 'workload'
import { liveQueue } from '../explorer/queue-backends.ts'
import { QueueWorld } from '../explorer/queue-world.ts'
import { connect } from './backends.ts'

const SEED = Number(process.env.EXPLORER_SEED ?? 1)

export async function holdsIn(schedules: number): Promise<void> {
  const client = await connect()
  const seen = new Map<string, number>()
  for (let n = 0; n < schedules; n++) {
    const backend = liveQueue(client, `schedule-${process.pid}-${n}:`)
    const world = new QueueWorld({ backend }, seededRandom(SEED * 1_000 + n))
    await world.play()
    for (const [what, times] of world.seen) seen.set(what, (seen.get(what) ?? 0) + times)
  }
  console.log(Object.fromEntries(seen))
  for (const what of ['a write in memory', 'a write in database', 'kill', 'pause', 'evict', 'a hit', 'a miss']) {
    expect(seen.get(what) ?? 0, what).toBeGreaterThan(0)
  }
}
