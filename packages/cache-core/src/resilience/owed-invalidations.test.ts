import { beforeEach, expect, it, vi } from 'vitest'
import { type FakeRuntime, fakeRuntime } from '../testing/fake-runtime.ts'
import { type Debt, OwedInvalidations } from './owed-invalidations.ts'

let runtime: FakeRuntime

beforeEach(() => {
  runtime = fakeRuntime()
})

it('is paid only when all was delivered, what was owed meanwhile included', async () => {
  const delivered: string[][] = []
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const owed = new OwedInvalidations(async ({ keys, tags }) => {
    delivered.push([...keys, ...tags])
    await answers[delivered.length - 1]!.promise
  }, runtime)
  owed.owe(['a'], ['t'])
  expect(owed.arePaid).toBe(false)
  void owed.pay()
  owed.owe(['b'], [])
  answers[0]!.resolve()
  await runtime.advance(0)
  expect(owed.arePaid).toBe(false)
  await runtime.advance(1_000)
  answers[1]!.resolve()
  await runtime.advance(0)
  expect([owed.arePaid, delivered]).toEqual([true, [['a', 't'], ['b']]])
})

it('tries again by one timer, ever more seldom, however many are owed', async () => {
  const pay = vi.fn(async (_debt: Debt) => {
    throw new Error('refused')
  })
  const owed = new OwedInvalidations(pay, runtime)
  for (let i = 0; i < 200; i++) owed.owe([`k${i}`], [])
  await runtime.advance(60_000)
  expect(pay.mock.calls.length).toBeLessThan(65)
  expect(pay.mock.lastCall![0].keys.size).toBe(200)
})

it('owes everything when that is simpler', async () => {
  const pay = vi.fn(async (_debt: Debt) => {})
  const owed = new OwedInvalidations(pay, runtime)
  for (let i = 0; i <= 10_000; i++) owed.owe([`k${i}`], [])
  await runtime.advance(1_000)
  expect(pay.mock.lastCall![0].everything).toBe(true)
  expect(owed.arePaid).toBe(true)
})

it('is not paid before it has caught up with what others owe, however often that fails', async () => {
  const owed = new OwedInvalidations(async () => {}, runtime)
  let tries = 0
  owed.catchUpBy(async () => {
    tries++
    if (tries < 3) throw new Error('the database is away')
  })
  expect(owed.arePaid).toBe(false)
  await owed.pay()
  expect([owed.arePaid, tries]).toEqual([false, 1])
  await runtime.advance(2_000)
  expect([owed.arePaid, tries]).toEqual([true, 3])
  owed.oweCatchUp()
  expect(owed.arePaid).toBe(false)
  await runtime.advance(1_000)
  expect([owed.arePaid, tries]).toEqual([true, 4])
})

it('remembers no keys once everything is owed, however long it can’t be paid', async () => {
  let isBack = false
  const paid: Debt[] = []
  const owed = new OwedInvalidations(async (debt) => {
    if (!isBack) throw new Error('away')
    paid.push(debt)
  }, runtime)
  for (let i = 0; i < 30_000; i++) {
    owed.owe([`k${i}`], ['t'])
    if (i % 7_000 === 0) await owed.pay()
  }
  isBack = true
  await owed.pay()
  expect(paid).toMatchObject([{ keys: new Set(), tags: new Set(['t']), everything: true }])
  expect(owed.arePaid).toBe(true)
})
