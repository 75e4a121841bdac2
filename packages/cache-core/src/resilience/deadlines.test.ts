import { beforeEach, describe, expect, it } from 'vitest'
import { type FakeRuntime, fakeRuntime } from '../testing/fake-runtime.ts'
import { Deadlines } from './deadlines.ts'

let runtime: FakeRuntime
let isReceiving: boolean
let deadlines: Deadlines
let late: string[]

beforeEach(() => {
  runtime = fakeRuntime()
  isReceiving = false
  late = []
  deadlines = new Deadlines(runtime, () => isReceiving)
})

function begin(name: string, transferMs = 0, isInOrder = true) {
  const onLate = (error: Error) => void late.push(`${name}: ${error.message}, ${runtime.now()} ms`)
  return deadlines.begin(250, { isInOrder, transferMs }, onLate)
}

it('applies each command’s deadline, at most two ticks late', async () => {
  begin('first')
  await runtime.advance(10)
  begin('second')
  await runtime.advance(1_000)
  expect(late).toEqual(['first: no answer within 250 ms, 275 ms', 'second: no answer within 250 ms, 275 ms'])
})

it('does not call onLate for answered commands', async () => {
  const wait = begin('answered')
  await runtime.advance(200)
  wait.isAnswered = true
  await runtime.advance(1_000)
  expect(late).toEqual([])
})

it('counts one tick for a busy loop of any length, since answers may have arrived meanwhile', () => {
  let tick = () => {}
  const every = (_ms: number, action: () => void) => {
    tick = action
    return () => {}
  }
  const busy = new Deadlines({ every }, () => false)
  busy.begin(250, {}, () => late.push('late'))
  for (let i = 0; i < 10; i++) tick() // each after a pause of any length
  expect(late).toEqual([])
  tick()
  expect(late).toEqual(['late'])
})

it('waits while an answer is arriving, up to the longest transfer time', async () => {
  begin('large')
  begin('small')
  isReceiving = true
  await runtime.advance(1_500)
  expect(late).toEqual([])
  await runtime.advance(600)
  expect(late).toEqual([
    expect.stringMatching(/^large: no whole answer within 2000 ms: it is too large/),
    expect.stringMatching(/^small: no answer within 2000 ms: larger ones were still arriving/),
  ])
})

it('no command is late before the commands sent earlier', async () => {
  const waits = [begin('large upload', 500), begin('another', 250), begin('small')]
  await runtime.advance(950)
  expect(late).toEqual([expect.stringMatching(/^large upload: no answer within 750 ms/)])
  await runtime.advance(300)
  expect(late).toHaveLength(3)
  // Once answered, they no longer delay others.
  for (const wait of waits) wait.isAnswered = true
  await runtime.advance(25)
  late = []
  begin('next')
  await runtime.advance(300)
  expect(late).toHaveLength(1)
})

it('a command without an answer ends the wait of those behind it', async () => {
  begin('first')
  await runtime.advance(200)
  begin('behind')
  begin('elsewhere', undefined, false)
  await runtime.advance(100)
  expect(late).toEqual([
    expect.stringMatching(/^first: no answer within 250 ms/),
    expect.stringMatching(/^behind: no answer within 250 ms/),
  ])
  await runtime.advance(200)
  expect(late).toHaveLength(3)
})

it('gives extra time to a command that waited behind another answer, and may have been sent only then', async () => {
  const large = begin('large upload', 1_500)
  begin('small')
  await runtime.advance(1_000)
  large.isAnswered = true
  await runtime.advance(250)
  expect(late).toEqual([])
  await runtime.advance(50)
  expect(late).toEqual([expect.stringMatching(/^small: no answer within 250 ms/)])
})

describe('while a command blocks the connection', () => {
  function block(deadlineMs: number) {
    const onLate = (error: Error) => void late.push(`blocking: ${error.message}, ${runtime.now()} ms`)
    return deadlines.begin(deadlineMs, { isInOrder: true, isBlocking: true }, onLate)
  }
  const lateCommands = () => late.map((text) => text.split(':')[0])

  it('no other is late, whether sent before or after it; afterwards each has its own deadline', async () => {
    begin('before')
    const blocking = block(10_000)
    begin('behind')
    // The client sends this one first, so it is answered although the connection is blocked.
    const sentFirst = begin('sent first')
    sentFirst.isAnswered = true
    await runtime.advance(9_000)
    begin('behind too')
    begin('in no order', 0, false)
    await runtime.advance(500)
    expect(late).toEqual([])
    blocking.isAnswered = true
    await runtime.advance(225)
    expect(late).toEqual([])
    await runtime.advance(75)
    expect(lateCommands().sort()).toEqual(['before', 'behind', 'behind too', 'in no order'])
    for (const text of late) expect(text).toContain('no answer within 250 ms')
  })

  it('it is late at its own deadline, and what was sent after it with it', async () => {
    block(1_000)
    begin('behind')
    await runtime.advance(1_000)
    expect(late).toEqual([])
    await runtime.advance(50)
    expect(late).toEqual(['blocking: no answer within 1000 ms, 1025 ms', 'behind: no answer within 1000 ms, 1025 ms'])
  })

  it('a second such command has its own time after the first', async () => {
    const first = block(1_000)
    block(1_000)
    await runtime.advance(900)
    first.isAnswered = true
    await runtime.advance(1_000)
    expect(late).toEqual([])
    await runtime.advance(50)
    expect(lateCommands()).toEqual(['blocking'])
  })
})

it('forgets the transfer time of an answered command, even if the connection stays busy', async () => {
  const large = begin('large', 1_750)
  large.isAnswered = true
  for (let i = 0; i < 10; i++) {
    const small = begin('small')
    await runtime.advance(25)
    small.isAnswered = true
  }
  begin('unanswered')
  await runtime.advance(300)
  expect(late).toEqual([expect.stringMatching(/^unanswered: no answer within 250 ms/)])
})

it('while a given-up answer still arrives, reports the commands behind it as waiting, not as unanswered', async () => {
  begin('large')
  isReceiving = true
  await runtime.advance(2_100)
  late = []
  for (let i = 0; i < 3; i++) begin(`small ${i}`)
  await runtime.advance(2_100)
  expect(late).toHaveLength(3)
  for (const line of late) expect(line).toMatch(/larger ones were still arriving before it/)
})

it('does not delay commands that are answered out of order', async () => {
  deadlines.begin(60_000, {}, () => late.push('everything'))
  begin('small')
  await runtime.advance(300)
  expect(late).toHaveLength(1)
  await runtime.advance(60_000)
  expect(late).toHaveLength(2)
})

it('runs its timer only while commands are pending', async () => {
  let timers = 0
  const counting: Pick<FakeRuntime, 'every'> = {
    every(ms, action) {
      timers++
      const stop = runtime.every(ms, action)
      return () => {
        timers--
        stop()
      }
    },
  }
  const counted = new Deadlines(counting, () => false)
  const waits = [counted.begin(250, {}, () => {}), counted.begin(250, {}, () => {})]
  expect(timers).toBe(1)
  for (const wait of waits) wait.isAnswered = true
  await runtime.advance(50)
  expect(timers).toBe(0)
})
