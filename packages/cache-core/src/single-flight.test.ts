import { expect, it } from 'vitest'
import { type AsOf, Flights, nextMoment } from './single-flight.ts'
import { gate } from './testing/gate.ts'

function flying(landing: ReturnType<typeof gate>, result: string) {
  return async (flight: AsOf) => {
    flight.asOf = nextMoment()
    await landing.pass()
    return result
  }
}

it('shares what was asked for after a caller began', async () => {
  const flights = new Flights()
  const landing = gate()
  const both = [nextMoment(), nextMoment()].map((began) => flights.join('k', began, flying(landing, 'shared')))
  landing.open()
  expect(await Promise.all(both)).toEqual([
    { result: 'shared', own: true },
    { result: 'shared', own: false },
  ])
})

it('lets who came later share the next flight, together', async () => {
  const flights = new Flights()
  const landing = gate()
  const first = flights.join('k', nextMoment(), flying(landing, 'first'))
  let starts = 0
  const late = [1, 2, 3].map(() =>
    flights.join('k', nextMoment(), async (flight, waited) => {
      starts++
      flight.asOf = nextMoment()
      return waited ? 'second' : 'unasked'
    }),
  )
  landing.open()
  expect((await first).result).toBe('first')
  expect((await Promise.all(late)).map(({ result }) => result)).toEqual(['second', 'second', 'second'])
  expect(starts).toBe(1)
})

it('shares a failure by the same rule, and forgets it', async () => {
  const flights = new Flights()
  const landing = gate()
  const failing = async (flight: AsOf) => {
    flight.asOf = nextMoment()
    await landing.pass()
    throw new Error('no')
  }
  const early = [nextMoment(), nextMoment()].map((began) => flights.join('k', began, failing))
  const late = flights.join('k', nextMoment(), async () => 'later')
  landing.open()
  expect((await Promise.allSettled(early)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect((await late).result).toBe('later')
})

it('answers all who wait with a failure that concerns all, whenever they began', async () => {
  const flights = new Flights()
  const landing = gate()
  const failing = async () => {
    await landing.pass()
    throw new Error('away')
  }
  const first = flights.join('k', nextMoment(), failing, () => true)
  const late = flights.join(
    'k',
    nextMoment(),
    async () => 'later',
    () => true,
  )
  landing.open()
  expect((await Promise.allSettled([first, late])).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
