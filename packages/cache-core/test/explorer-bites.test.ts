/** The explorer must find what happens when a safeguard is taken out, within a few thousand schedules; else it proves nothing. */
import { describe, expect, it } from 'vitest'
import { invalidate, stampedeLock, writeThrough } from '../src/index.ts'
import { runNth } from '../src/testing/explorer/explore.ts'
import { explore, redisBackend, replay, type Subject } from '../src/testing/index.ts'
import { broken } from './broken.ts'
import { throwawayRefreshAhead, throwawayStaleIfError, throwawayStaleWhileRevalidate } from './throwaway-strategies.ts'

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

/** In how many of a thousand schedules a line of the story, or who it is by, is like this. */
async function countsIn1000(subject: Omit<Subject, 'name'>, kinds: Readonly<Record<string, RegExp>>) {
  const counts = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, 0]))
  const named = { ...subject, name: '' }
  for (let n = 0; n < 1_000; n++) {
    const { plan, schedule, violation } = await runNth(named, 1, n)
    expect(violation).toBeUndefined()
    const { story } = await replay(named, plan, schedule)
    for (const [kind, text] of Object.entries(kinds)) {
      if (story.some((line) => text.test(line.text) || text.test(line.by))) counts[kind]!++
    }
  }
  console.log(counts)
  return counts
}

const backend = redisBackend({ inOrder: true })

it('goes where things go wrong: each of these happens in some schedules of a thousand', async () => {
  const kinds = {
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
    'an entry is there, fresh': /cached, fresh/,
    'an entry is there, nearly expired': /cached, nearly expired/,
    'an entry is there, expired': /cached, expired/,
  }
  const counts = await countsIn1000({ read: stampedeLock, write: writeThrough, backend }, kinds)
  for (const [kind, count] of Object.entries(counts)) expect(count, kind).toBeGreaterThan(0)
})

/** The least in a thousand schedules: so that no strategy holds because nothing happened. Half of what was seen. */
const happens = [
  {
    read: throwawayStaleWhileRevalidate,
    kinds: {
      'an entry is refreshed': [/^refreshes/, 100],
      'a stale value is served': [/\(stale\)/, 100],
      'a refresh fails': [/refresh fails/, 20],
    },
  },
  { read: throwawayStaleIfError, kinds: { 'a failed load is made up for by a stale value': [/\(stale\)/, 30] } },
  { read: throwawayRefreshAhead, kinds: { 'an entry is refreshed while it is fresh': [/^refreshes/, 30] } },
] as const

it.each(happens)('goes where $read.name makes a difference', async ({ read, kinds }) => {
  const texts = Object.fromEntries(Object.entries(kinds).map(([kind, [text]]) => [kind, text]))
  const counts = await countsIn1000({ read, write: invalidate, backend }, texts)
  for (const [kind, [, least]] of Object.entries(kinds)) expect(counts[kind], kind).toBeGreaterThanOrEqual(least)
})
