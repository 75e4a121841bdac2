import { expect, it } from 'vitest'
import { nextMoment, SingleFlight } from './single-flight.ts'
import { gate } from './testing/gate.ts'

/** A read that asks once, and returns that answer. */
function asking(said: string) {
  const asker = { askedAt: 0 }
  const ask = () => {
    asker.askedAt = nextMoment()
    return { said, asOf: asker.askedAt }
  }
  return { asker, ask }
}

function waiting(handOver: ReturnType<typeof gate>, said: string) {
  const { asker, ask } = asking(said)
  const start = async () => {
    const answer = ask()
    await handOver.pass()
    return answer
  }
  return [asker, start] as const
}

it('shares an answer that was asked for after a caller began', async () => {
  const flights = new SingleFlight()
  const handOver = gate()
  const both = [nextMoment(), nextMoment()].map((began) => flights.join('k', began, ...waiting(handOver, 'shared')))
  handOver.open()
  const [first, second] = await Promise.all(both)
  expect(first!.said).toBe('shared')
  expect(second).toBe(first)
})

it('lets later callers share the next flight', async () => {
  const flights = new SingleFlight()
  const handOver = gate()
  const first = flights.join('k', nextMoment(), ...waiting(handOver, 'first'))
  let starts = 0
  const late = [1, 2, 3].map(() => {
    const { asker, ask } = asking('second')
    const start = async (waited: boolean) => {
      starts++
      expect(waited).toBe(true)
      return ask()
    }
    return flights.join('k', nextMoment(), asker, start)
  })
  handOver.open()
  expect((await first).said).toBe('first')
  expect((await Promise.all(late)).map(({ said }) => said)).toEqual(['second', 'second', 'second'])
  expect(starts).toBe(1)
})

it('shares an answer by when it was requested, not by the flight’s last request', async () => {
  const flights = new SingleFlight()
  const handOver = gate()
  const asker = { askedAt: 0 }
  const fallback = flights.join('k', nextMoment(), asker, async () => {
    const found = { said: 'found first', asOf: nextMoment() }
    await handOver.pass()
    asker.askedAt = nextMoment() // asks again, fails, and falls back
    return found
  })
  await handOver.reached
  const own = asking('own')
  const late = flights.join('k', nextMoment(), own.asker, async () => own.ask())
  handOver.open()
  expect((await fallback).said).toBe('found first')
  expect((await late).said).toBe('own')
})

it('shares a failure by the same rule, and forgets it', async () => {
  const flights = new SingleFlight()
  const handOver = gate()
  const asker = { askedAt: 0 }
  const failing = async (): Promise<{ said: string; asOf: number }> => {
    asker.askedAt = nextMoment()
    await handOver.pass()
    throw new Error('no')
  }
  const early = [nextMoment(), nextMoment()].map((began) => flights.join('k', began, asker, failing))
  const later = asking('later')
  const late = flights.join('k', nextMoment(), later.asker, async () => later.ask())
  handOver.open()
  expect((await Promise.allSettled(early)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect((await late).said).toBe('later')
})

it('shares a failure that concerns all callers with all of them, regardless of when they began', async () => {
  const flights = new SingleFlight()
  const handOver = gate()
  const failing = async (): Promise<{ said: string; asOf: number }> => {
    await handOver.pass()
    throw new Error('unavailable')
  }
  const always = () => true
  const { asker, ask } = asking('later')
  const first = flights.join('k', nextMoment(), { askedAt: 0 }, failing, always)
  const late = flights.join('k', nextMoment(), asker, async () => ask(), always)
  handOver.open()
  expect((await Promise.allSettled([first, late])).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

it('lets callers join a background flight, unless it has no answer', async () => {
  const flights = new SingleFlight()
  for (const answered of [true, false]) {
    const handOver = gate()
    const [asker, start] = waiting(handOver, 'behind')
    const began = nextMoment()
    const behind = flights.startIfIdle('k', asker, async () => {
      const answer = await start()
      return answered ? answer : undefined
    })
    expect(flights.startIfIdle('k', asker, start)).toBeUndefined()
    const own = asking('own')
    const joined = flights.join('k', began, own.asker, async () => own.ask())
    handOver.open()
    await behind
    expect((await joined).said).toBe(answered ? 'behind' : 'own')
  }
})

it('is settled once all flights have ended, including failed ones', async () => {
  const flights = new SingleFlight()
  const handOver = gate()
  const [asker, start] = waiting(handOver, 'slow')
  const slow = flights.join('k', nextMoment(), asker, start)
  const failing = flights.startIfIdle('f', asker, async () => {
    await handOver.pass()
    throw new Error('no')
  })
  let isSettled = false
  const settling = flights.settled().then(() => {
    isSettled = true
  })
  await handOver.reached
  expect(isSettled).toBe(false)
  handOver.open()
  await Promise.allSettled([slow, failing, settling])
  expect(isSettled).toBe(true)
})
