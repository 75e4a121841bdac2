import { beforeEach, expect, it, vi } from 'vitest'
import { type FakeRuntime, fakeRuntime } from '../testing/fake-runtime.ts'
import { type Pending, PendingInvalidations } from './pending-invalidations.ts'

let runtime: FakeRuntime

beforeEach(() => {
  runtime = fakeRuntime()
})

it('is paid only when all was delivered, what was pending meanwhile included', async () => {
  const delivered: string[][] = []
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const pending = new PendingInvalidations(async ({ keys, tags }) => {
    delivered.push([...keys, ...tags])
    await answers[delivered.length - 1]!.promise
  }, runtime)
  pending.add(['a'], ['t'])
  expect(pending.areFlushed).toBe(false)
  void pending.flush()
  pending.add(['b'], [])
  answers[0]!.resolve()
  await runtime.advance(0)
  expect(pending.areFlushed).toBe(false)
  await runtime.advance(1_000)
  answers[1]!.resolve()
  await runtime.advance(0)
  expect([pending.areFlushed, delivered]).toEqual([true, [['a', 't'], ['b']]])
})

it('tries again by one timer, ever more seldom, however many are pending', async () => {
  const pay = vi.fn(async (_debt: Pending) => {
    throw new Error('refused')
  })
  const pending = new PendingInvalidations(pay, runtime)
  for (let i = 0; i < 200; i++) pending.add([`k${i}`], [])
  await runtime.advance(60_000)
  expect(pay.mock.calls.length).toBeLessThan(65)
  expect(pay.mock.lastCall![0].keys.size).toBe(200)
})

it('owes everything when that is simpler', async () => {
  const pay = vi.fn(async (_debt: Pending) => {})
  const pending = new PendingInvalidations(pay, runtime)
  for (let i = 0; i <= 10_000; i++) pending.add([`k${i}`], [])
  await runtime.advance(1_000)
  expect(pay.mock.lastCall![0].everything).toBe(true)
  expect(pending.areFlushed).toBe(true)
})

it('is not paid before it has caught up with what others add, however often that fails', async () => {
  const pending = new PendingInvalidations(async () => {}, runtime)
  let tries = 0
  pending.catchUpBy(async () => {
    tries++
    if (tries < 3) throw new Error('the database is away')
  })
  expect(pending.areFlushed).toBe(false)
  await pending.flush()
  expect([pending.areFlushed, tries]).toEqual([false, 1])
  await runtime.advance(2_000)
  expect([pending.areFlushed, tries]).toEqual([true, 3])
  pending.requestCatchUp()
  expect(pending.areFlushed).toBe(false)
  await runtime.advance(1_000)
  expect([pending.areFlushed, tries]).toEqual([true, 4])
})

it('waits for no catch-up that has ended', async () => {
  const pending = new PendingInvalidations(async () => {}, runtime)
  const away = vi.fn(() => Promise.reject(new Error('the database is away')))
  const end = pending.catchUpBy(away)
  await pending.flush()
  expect([pending.areFlushed, away.mock.calls.length]).toEqual([false, 1])
  end()
  await pending.flush()
  pending.requestCatchUp()
  expect([pending.areFlushed, away.mock.calls.length]).toEqual([true, 1])
})

it('remembers no keys once everything is pending, however long it can’t be paid', async () => {
  let isBack = false
  const paid: Pending[] = []
  const pending = new PendingInvalidations(async (pending) => {
    if (!isBack) throw new Error('away')
    paid.push(pending)
  }, runtime)
  for (let i = 0; i < 30_000; i++) {
    pending.add([`k${i}`], ['t'])
    if (i % 7_000 === 0) await pending.flush()
  }
  isBack = true
  await pending.flush()
  expect(paid).toMatchObject([{ keys: new Set(), tags: new Set(['t']), everything: true }])
  expect(pending.areFlushed).toBe(true)
})

it('delivers nothing more once it was ended, nor what is added then', async () => {
  const deliver = vi.fn(async (_pending: Pending) => {
    throw new Error('away')
  })
  const pending = new PendingInvalidations(deliver, runtime)
  pending.add(['a'], [])
  await pending.flush()
  pending.end()
  pending.add(['b'], [])
  pending.addEverything()
  await pending.flush()
  await runtime.advance(60_000)
  expect(deliver).toHaveBeenCalledTimes(1)
})

it('says what is pending, and why the last try failed', async () => {
  let failure: Error | undefined = new Error('away')
  const pending = new PendingInvalidations(async () => {
    if (failure) throw failure
  }, runtime)
  expect(pending.reason).toBeUndefined()
  pending.add(['a'], [])
  expect(pending.reason).toBe('1 invalidation is pending')
  await pending.flush()
  pending.add([], ['t'])
  expect(pending.reason).toBe('2 invalidations are pending; the last try failed: away')
  pending.addEverything()
  expect(pending.reason).toBe('the invalidation of everything is pending; the last try failed: away')
  failure = undefined
  await pending.flush()
  expect(pending.reason).toBeUndefined()
})
