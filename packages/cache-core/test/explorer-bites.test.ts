/** The explorer reaches the critical situations, and repeats itself. `explorer-bites.live.slow.test.ts` tests its findings. */
import { describe, expect, it } from 'vitest'
import { runNth } from '../explorer/explore.ts'
import { explore, type Plan, redisBackend, replay, type Subject, tieredBackend } from '../explorer/index.ts'
import { invalidate, stampedeLock, writeThrough } from '../src/index.ts'
import { readNamed } from './all-strategies.ts'
import { broken } from './broken.ts'

const MAX_SCHEDULES = 10_000
/** 1,000 schedules take 4 s of CPU time. */
const TIMEOUT_MS = 60_000

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

/** The number of schedules, out of 1,000, with a story line or an actor that matches. */
async function countsIn1000(subject: Omit<Subject, 'name'>, kinds: Readonly<Record<string, RegExp>>, planned?: Plan) {
  const counts = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, 0]))
  const named = { ...subject, name: '' }
  for (let n = 0; n < 1_000; n++) {
    const { story, violation } = await runNth(named, 1, n, planned, [])
    expect(violation).toBeUndefined()
    for (const [kind, text] of Object.entries(kinds)) {
      if (story.some((line) => text.test(line.text) || text.test(line.by))) counts[kind]!++
    }
  }
  console.log(counts)
  return counts
}

const backend = redisBackend({ inOrder: true })

it(
  'reaches the critical situations: each occurs in some of 1,000 schedules',
  async () => {
    const kinds = {
      'a fill is refused': /fill .* → refused/,
      'a lease is held': /acquire .* → held/,
      'a lease is renewed': /renew .* → renewed/,
      'a lease is released': /release .* → released/,
      'an entry arrived meanwhile': /acquire .* → v/,
      'a load fails': /load .* → fails/,
      'readers share a load': /\(collapsed\)/,
      'reads bypass the cache': /\(bypass\)/,
      'a command arrives late': /\(late\)/,
      'a message arrives': /^gets the answer to message/,
      'an invalidation is pending': /its invalidation pending/,
      'the circuit opens': /^ping/,
      'the outbox delivers': /^outbox/,
      'the TTL ends': /\(the TTL\)/,
      'a process is paused': /^pauses/,
      'a process is killed': /^kills/,
      'a lease is evicted': /evicts lease/,
      'everything is evicted': /evicts everything/,
      'an entry is there, fresh': /cached, fresh/,
      'an entry is there, nearly expired': /cached, nearly expired/,
      'an entry is there, expired': /cached, expired/,
    }
    const counts = await countsIn1000({ read: stampedeLock, write: writeThrough, backend }, kinds)
    for (const [kind, count] of Object.entries(counts)) expect(count, kind).toBeGreaterThan(0)
  },
  TIMEOUT_MS,
)

it(
  'reaches the situations specific to two tiers',
  async () => {
    const kinds = {
      'a copy is found': [/ in its copies/, 80],
      'a message crosses an answer': [/hears of a change/, 20],
      'the connection ends': [/^ends the connection that tells/, 50],
      'the connection is silent': [/while nothing tells/, 50],
      'a new connection is opened': [/^track changes/, 50],
    } as const
    const texts = Object.fromEntries(Object.entries(kinds).map(([kind, [text]]) => [kind, text]))
    const counts = await countsIn1000({ read: stampedeLock, write: writeThrough, backend: tieredBackend() }, texts)
    for (const [kind, [, least]] of Object.entries(kinds)) expect(counts[kind], kind).toBeGreaterThanOrEqual(least)
  },
  TIMEOUT_MS,
)

it('loses messages to readers that wait', async () => {
  const read = { does: 'read', key: 'row', tags: [], times: 2, loadFails: false } as const
  const actors = [0, 1, 1].map((process, i) => ({ name: `R${i + 1}`, process, task: read }))
  const moves = ['0', '1'].map((to) => ({ name: `lose#${to}`, does: 'lose', to }) as const)
  const plan: Plan = { before: 'nothing', processes: 2, actors, moves }
  const kinds = { arrives: /^gets the answer to message/, 'is lost': /^loses the answer to .*message/ }
  const counts = await countsIn1000({ read: stampedeLock, write: invalidate, backend }, kinds, plan)
  expect(counts.arrives).toBeGreaterThan(0)
  expect(counts['is lost']).toBeGreaterThan(0)
})

/** Minimum counts in 1,000 schedules, so that no strategy passes because nothing happened. Half of the observed counts. */
const happens = [
  {
    read: 'stale-while-revalidate',
    kinds: {
      'an entry is refreshed': [/^refreshes/, 100],
      'a stale value is served': [/\(stale\)/, 100],
      'a refresh fails': [/refresh fails/, 20],
    },
  },
  { read: 'stale-if-error', kinds: { 'a stale value is served for a failed load': [/\(stale\)/, 30] } },
  { read: 'refresh-ahead', kinds: { 'an entry is refreshed while it is fresh': [/^refreshes/, 30] } },
  { read: 'xfetch', kinds: { 'an entry is refreshed while it is fresh': [/^refreshes/, 30] } },
] as const

it.each(happens)(
  'reaches the situations specific to $read',
  async ({ read, kinds }) => {
    const texts = Object.fromEntries(Object.entries(kinds).map(([kind, [text]]) => [kind, text]))
    const counts = await countsIn1000({ read: readNamed(read), write: invalidate, backend }, texts)
    for (const [kind, [, least]] of Object.entries(kinds)) expect(counts[kind], kind).toBeGreaterThanOrEqual(least)
  },
  TIMEOUT_MS,
)
