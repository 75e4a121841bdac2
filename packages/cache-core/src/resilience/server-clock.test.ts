import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ServerClock } from './server-clock.ts'

it('has no bounds before it was compared, so that nothing counts as fresh', () => {
  const clock = new ServerClock(() => 5)
  expect([clock.isCompared, clock.earliest(), clock.latest()]).toEqual([
    false,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ])
})

it('always has the true time between its bounds, for any delays and drift', () => {
  const steps = fc.array(fc.record({ pause: fc.nat(100_000), there: fc.nat(300), back: fc.nat(300) }), { minLength: 1 })
  fc.assert(
    fc.property(steps, fc.integer({ min: -500, max: 500 }), (comparisons, driftPpm) => {
      let ours = 0
      const server = () => 1_700_000_000_000 + ours * (1 + driftPpm / 1e6)
      const clock = new ServerClock(() => ours)
      for (const { pause, there, back } of comparisons) {
        const sentAt = ours
        ours += there
        const said = server()
        ours += back
        clock.compare(said, sentAt)
        ours += pause
        expect(clock.earliest()).toBeLessThanOrEqual(server() + 0.001)
        expect(clock.latest()).toBeGreaterThanOrEqual(server() - 0.001)
      }
    }),
    { numRuns: 5_000 },
  )
})

it('keeps the tighter of two comparisons, and takes a new one if the server clock was set', () => {
  let ours = 0
  const clock = new ServerClock(() => ours)
  clock.compare(1_000, 0)
  expect(clock.latest() - clock.earliest()).toBe(0)
  ours = 200
  clock.compare(1_150, 100)
  expect(clock.latest() - clock.earliest()).toBeLessThan(1)
  clock.compare(900_000, 199)
  expect(clock.earliest()).toBeGreaterThan(899_000)
})
