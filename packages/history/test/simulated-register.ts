/** Histories of a register that is correct by construction: each operation takes effect at one moment between its start and its end. */
import fc from 'fast-check'
import { FINAL_CLIENT, type Operation } from '../src/operation.ts'

interface Step {
  readonly client: number
  readonly key: number
  readonly writes: boolean
  /** From the end of the client's last operation to the start, from there to the moment of effect, from there to the end. */
  readonly times: readonly [number, number, number]
  /** Defined for a write whose answer is lost. `after`: when it takes effect after its start; undefined: never. */
  readonly lost: { readonly after: number | undefined } | undefined
}

const shortly = fc.integer({ min: 0, max: 6 })

const step: fc.Arbitrary<Step> = fc.record({
  client: fc.integer({ min: 0, max: 3 }),
  key: fc.integer({ min: 0, max: 1 }),
  writes: fc.integer({ min: 0, max: 9 }).map((n) => n < 4),
  // At least 1: a client's next operation begins after its last one ended.
  times: fc.tuple(fc.integer({ min: 1, max: 6 }), shortly, shortly),
  lost: fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ after: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }) }) },
  ),
})

/** With the final reads. Versions start at 1. */
export const history: fc.Arbitrary<Operation[]> = fc
  .array(step, { minLength: 10, maxLength: 60, size: 'max' })
  .map(play)

function play(steps: readonly Step[]): Operation[] {
  const free = new Map<number, number>()
  const events = steps.map((taken) => {
    const [gap, before, after] = taken.times
    const start = (free.get(taken.client) ?? 0) + gap
    const end = start + before + after
    free.set(taken.client, end)
    const isLost = taken.writes && taken.lost !== undefined
    const moment = isLost ? start + (taken.lost.after ?? Number.POSITIVE_INFINITY) : start + before
    return { ...taken, start, end, moment, isLost }
  })
  const versions = new Map<number, number>()
  const made = events
    .toSorted((a, b) => a.moment - b.moment)
    .filter(({ moment }) => moment < Number.POSITIVE_INFINITY)
    .map((event) => {
      const version = (versions.get(event.key) ?? 1) + (event.writes ? 1 : 0)
      versions.set(event.key, version)
      return [event, version] as const
    })
  const versionOf = new Map<unknown, number>(made)
  const operations = events.map((event): Operation => {
    const { client, key, writes, start, end, isLost } = event
    return {
      client: `c${client}`,
      key: `post:${key}`,
      op: writes ? 'write' : 'read',
      version: isLost ? null : versionOf.get(event)!,
      start,
      end,
      outcome: isLost ? 'unknown' : 'ok',
    }
  })
  const over = Math.max(0, ...events.map(({ end }) => end), ...made.map(([{ moment }]) => moment)) + 1
  const finals = [...new Set(events.map(({ key }) => key))].map((key, i): Operation => {
    const [start, end] = [over + 2 * i, over + 2 * i + 1]
    const version = versions.get(key) ?? 1
    return { client: FINAL_CLIENT, key: `post:${key}`, op: 'read', version, start, end, outcome: 'ok' }
  })
  return [...operations, ...finals]
}
