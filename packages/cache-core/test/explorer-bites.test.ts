/** The explorer must find what happens when a safeguard is taken out, within a few thousand schedules; else it proves nothing. */
import { describe, expect, it } from 'vitest'
import { stampedeLock, writeThrough } from '../src/index.ts'
import { runNth } from '../src/testing/explorer/explore.ts'
import { explore, redisBackend, replay, type Subject } from '../src/testing/index.ts'
import { broken } from './broken.ts'

const MAX_SCHEDULES = 10_000

describe('the explorer finds it when', () => {
  it.each(broken)('$name', async (subject) => {
    const { finding } = await explore(subject, { schedules: MAX_SCHEDULES, seed: 1 })
    expect(subject.breaks).toContain(finding?.violation.invariant)
  })
})

describe('a schedule', () => {
  const subject = broken[0]!

  it('is the same for a seed, and replays by its list of steps', async () => {
    const [one, again] = await Promise.all([1, 2].map(() => explore(subject, { schedules: MAX_SCHEDULES, seed: 7 })))
    expect(one!.finding!.schedule).toEqual(again!.finding!.schedule)
    const { plan, schedule, violation } = one!.finding!
    const replayed = await replay(subject, plan, schedule)
    expect(replayed.schedule).toEqual(schedule)
    expect(replayed.violation?.message).toBe(violation.message)
  })
})

it('goes where things go wrong: each of these happens in some schedules of a thousand', async () => {
  const backends = {
    'a fill is refused': /fill .* → refused/,
    'a lease is held': /acquire .* → held/,
    'a lease is renewed': /renew .* → renewed/,
    'a lease is released': /release .* → released/,
    'an entry came meanwhile': /acquire .* → v/,
    'a load fails': /load .* → fails/,
    'readers share a load': /\(collapsed\)/,
    'reads go past the cache': /\(bypass\)/,
    'a command arrives late': /\(late\)/,
    'an invalidation is pending': /its invalidation pending/,
    'the circuit opens': /^ping/,
    'the outbox delivers': /^outbox/,
    'the TTL ends': /\(the TTL\)/,
    'a process is paused': /^pauses/,
    'a process is killed': /^kills/,
    'a lease is evicted': /evicts lease/,
    'all is evicted': /evicts everything/,
  }
  const counts = Object.fromEntries(Object.keys(backends).map((name) => [name, 0]))
  const subject: Subject = {
    name: '',
    read: stampedeLock,
    write: writeThrough,
    backend: redisBackend({ inOrder: true }),
  }
  for (let n = 0; n < 1_000; n++) {
    const { plan, schedule } = await runNth(subject, 1, n)
    const { story } = await replay(subject, plan, schedule)
    for (const [name, text] of Object.entries(backends)) {
      if (story.some((line) => text.test(line.text) || text.test(line.by))) counts[name]!++
    }
  }
  console.log(counts)
  for (const [name, count] of Object.entries(counts)) expect(count, name).toBeGreaterThan(0)
})
