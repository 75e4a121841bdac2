import { beforeEach, expect, it, vi } from 'vitest'
import { type FakeRuntime, fakeRuntime } from '../testing/fake-runtime.ts'
import { type Pending, PendingInvalidations } from './pending-invalidations.ts'

let runtime: FakeRuntime

beforeEach(() => {
  runtime = fakeRuntime()
})

it('pending invalidations are flushed only when all were delivered, including those added meanwhile', async () => {
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

it('retries with one timer and a backoff, for any number of pending invalidations', async () => {
  const pay = vi.fn(async (_debt: Pending) => {
    throw new Error('refused')
  })
  const pending = new PendingInvalidations(pay, runtime)
  for (let i = 0; i < 200; i++) pending.add([`k${i}`], [])
  await runtime.advance(60_000)
  expect(pay.mock.calls.length).toBeLessThan(65)
  expect(pay.mock.lastCall![0].keys.size).toBe(200)
})

it('invalidates everything if too many are pending', async () => {
  const pay = vi.fn(async (_debt: Pending) => {})
  const pending = new PendingInvalidations(pay, runtime)
  for (let i = 0; i <= 10_000; i++) pending.add([`k${i}`], [])
  await runtime.advance(1_000)
  expect(pay.mock.lastCall![0].everything).toBe(true)
  expect(pending.areFlushed).toBe(true)
})

it('pending invalidations are not flushed before the process has caught up, even after repeated failures', async () => {
  const pending = new PendingInvalidations(async () => {}, runtime)
  let tries = 0
  pending.catchUpBy(async () => {
    tries++
    if (tries < 3) throw new Error('the database is unavailable')
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

it('does not wait for a catch-up that has ended', async () => {
  const pending = new PendingInvalidations(async () => {}, runtime)
  const away = vi.fn(() => Promise.reject(new Error('the database is unavailable')))
  const end = pending.catchUpBy(away)
  await pending.flush()
  expect([pending.areFlushed, away.mock.calls.length]).toEqual([false, 1])
  end()
  await pending.flush()
  pending.requestCatchUp()
  expect([pending.areFlushed, away.mock.calls.length]).toEqual([true, 1])
})

it('remembers no names once everything is pending, even in a long outage', async () => {
  let isBack = false
  const paid: Pending[] = []
  const pending = new PendingInvalidations(async (pending) => {
    if (!isBack) throw new Error('unavailable')
    paid.push(pending)
  }, runtime)
  for (let i = 0; i < 30_000; i++) {
    pending.add([`k${i}`], [`t${i}`])
    if (i % 7_000 === 0) await pending.flush()
  }
  isBack = true
  await pending.flush()
  pending.add(['k'], ['t'])
  pending.addEverything()
  await pending.flush()
  const all = { keys: new Set(), tags: new Set(), everything: true }
  expect(paid).toMatchObject([all, all])
  expect(pending.areFlushed).toBe(true)
})

it('delivers nothing once it was ended, including later additions', async () => {
  const deliver = vi.fn(async (_pending: Pending) => {
    throw new Error('unavailable')
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

it('reports the pending invalidations, and why the last attempt failed', async () => {
  let failure: Error | undefined = new Error('unavailable')
  const pending = new PendingInvalidations(async () => {
    if (failure) throw failure
  }, runtime)
  expect(pending.reason).toBeUndefined()
  pending.add(['a'], [])
  expect(pending.reason).toBe('1 invalidation is pending')
  await pending.flush()
  pending.add([], ['t'])
  expect(pending.reason).toBe('2 invalidations are pending; the last attempt failed: unavailable')
  pending.addEverything()
  expect(pending.reason).toBe('the invalidation of everything is pending; the last attempt failed: unavailable')
  failure = undefined
  await pending.flush()
  expect(pending.reason).toBeUndefined()
})

it('tells once that something is pending, until all of it was delivered', async () => {
  let isRefused = true
  const pending = new PendingInvalidations(async () => {
    if (isRefused) throw new Error('refused')
  }, runtime)
  const told = vi.fn()
  const stop = pending.whenPending(told)
  pending.add(['a'], [])
  pending.addEverything()
  await runtime.advance(10_000) // refused again and again
  expect(told).toHaveBeenCalledTimes(1)
  isRefused = false
  await runtime.advance(1_000)
  expect(pending.areFlushed).toBe(true)
  pending.addEverything()
  expect(told).toHaveBeenCalledTimes(2)
  await runtime.advance(1_000)
  pending.catchUpBy(async () => {})
  expect(told).toHaveBeenCalledTimes(3)
  await runtime.advance(1_000)
  stop()
  pending.add(['a'], [])
  expect(told).toHaveBeenCalledTimes(3)
})
