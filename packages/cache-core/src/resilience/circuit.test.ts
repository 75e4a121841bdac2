import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type FakeRuntime, fakeRuntime } from '../testing/fake-runtime.ts'
import { gate } from '../testing/gate.ts'
import { Circuit } from './circuit.ts'

let runtime: FakeRuntime

beforeEach(() => {
  runtime = fakeRuntime()
})
afterEach(() => {
  vi.useRealTimers()
})

function failing(circuit: Circuit, times: number) {
  return Promise.allSettled(
    Array.from({ length: times }, () => circuit.run(() => Promise.reject(new Error('unavailable')))),
  )
}

it('opens after 5 failures in a row, and closes once a probe was answered', async () => {
  const probe = vi.fn(async () => 'PONG')
  const circuit = new Circuit({ probe, deadlineMs: 250, isOutage: () => true, runtime })
  const told: string[] = []
  circuit.onOpened((cause) => told.push(`unavailable: ${(cause as Error).message}`))
  circuit.onRecovered(() => told.push('back'))
  await failing(circuit, 5)
  const command = vi.fn()
  await expect(circuit.run(command)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(command).not.toHaveBeenCalled()
  await runtime.advance(250)
  expect([circuit.isClosed, probe.mock.calls.length, told]).toEqual([true, 1, ['unavailable: unavailable', 'back']])
})

it('continues probing when a command from before it opened fails during the probe', async () => {
  const answer = gate()
  const circuit = new Circuit({ probe: () => answer.pass(), deadlineMs: 10_000, isOutage: () => true, runtime })
  const late = Promise.withResolvers<void>()
  const lateCommand = circuit.run(() => late.promise).catch(() => {})
  await failing(circuit, 5)
  await runtime.advance(250)
  late.reject(new Error('unavailable'))
  await lateCommand
  answer.open()
  await runtime.advance(1_000)
  expect(circuit.isClosed).toBe(true)
})

it('probes by its own timer, independent of the wall clock', async () => {
  const circuit = new Circuit({ probe: async () => {}, deadlineMs: 250, isOutage: () => true, runtime })
  await failing(circuit, 5)
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(Date.now() - 3_600_000)
  await runtime.advance(1_000)
  expect(circuit.isClosed).toBe(true)
})

it('does not treat a refusal as an outage', async () => {
  const circuit = new Circuit({ probe: async () => {}, deadlineMs: 250, isOutage: () => false, runtime })
  await failing(circuit, 50)
  expect(circuit.isClosed).toBe(true)
})

it('gives a command its deadline', async () => {
  const circuit = new Circuit({ probe: async () => {}, deadlineMs: 250, isOutage: () => true, runtime })
  const answer = expect(circuit.run(() => new Promise(() => {}))).rejects.toThrow('no answer within 250 ms')
  await runtime.advance(300)
  await answer
})

it('sends nothing once it was ended, not even a scheduled probe', async () => {
  const probe = vi.fn(async () => 'PONG')
  const circuit = new Circuit({ probe, deadlineMs: 250, isOutage: () => true, runtime })
  await failing(circuit, 5)
  circuit.end()
  await runtime.advance(10_000)
  const command = vi.fn()
  await expect(circuit.run(command)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: 'the store was closed',
  })
  expect([command, probe].map(({ mock }) => mock.calls.length)).toEqual([0, 0])
})

it('ignores the result of a probe that was running when it was ended', async () => {
  const probe = vi.fn(() => new Promise(() => {}))
  const circuit = new Circuit({ probe, deadlineMs: 250, isOutage: () => true, runtime })
  await failing(circuit, 5)
  await runtime.advance(250)
  circuit.end()
  await runtime.advance(10_000)
  expect(probe).toHaveBeenCalledTimes(1)
})

it('calls all its listeners, even if one of them throws', async () => {
  const circuit = new Circuit({ probe: async () => {}, deadlineMs: 250, isOutage: () => true, runtime })
  const told: string[] = []
  const mistake = () => {
    throw new Error("the listener's mistake")
  }
  circuit.onOpened(mistake)
  circuit.onOpened(() => told.push('unavailable'))
  circuit.onRecovered(mistake)
  circuit.onRecovered(() => told.push('back'))
  await failing(circuit, 5)
  expect((circuit.lastFailure as Error).message).toBe('unavailable')
  await runtime.advance(250)
  expect(told).toEqual(['unavailable', 'back'])
})

it('sends nothing once it was ended, even if earlier commands fail', async () => {
  const probe = vi.fn(async () => {})
  const circuit = new Circuit({ probe, deadlineMs: 250, isOutage: () => true, runtime })
  const late = Promise.withResolvers<void>()
  const commands = Promise.allSettled(Array.from({ length: 5 }, () => circuit.run(() => late.promise)))
  circuit.end()
  late.reject(new Error('unavailable'))
  await commands
  await runtime.advance(1_000)
  expect(probe).not.toHaveBeenCalled()
})
