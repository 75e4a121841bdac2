import { beforeEach, expect, it } from 'vitest'
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

it('a command that was sent behind one with a long deadline is not late before it', async () => {
  const onLate = (error: Error) => void late.push(`blocking: ${error.message}`)
  const blocking = deadlines.begin(10_000, { isInOrder: true }, onLate)
  begin('behind')
  await runtime.advance(9_000)
  begin('behind too')
  await runtime.advance(500)
  expect(late).toEqual([])
  blocking.isAnswered = true
  await runtime.advance(300)
  expect(late).toEqual([
    expect.stringMatching(/^behind: no answer within 250 ms/),
    expect.stringMatching(/^behind too: no answer within 250 ms/),
  ])
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
