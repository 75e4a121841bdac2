import { expect, it } from 'vitest'
import { shareReads } from './share-reads.ts'

/** Reads that end when the test says so. Each gives its number, from 1. */
function reads() {
  const begun: PromiseWithResolvers<number>[] = []
  const shared = shareReads(() => {
    begun.push(Promise.withResolvers())
    return begun.at(-1)!.promise
  })
  const until = (count: number) => expect.poll(() => begun.length, { interval: 1 }).toBe(count)
  return { shared, begun, until, end: (n: number) => begun[n - 1]!.resolve(n) }
}

it('shares one read among those that ask before it begins, and begins the next after its end', async () => {
  const { shared, begun, until, end } = reads()
  const first = [shared(), shared()]
  await until(1)
  const second = [shared(), shared(), shared()]
  end(1)
  expect(await Promise.all(first)).toEqual([1, 1])
  await until(2)
  end(2)
  expect(await Promise.all(second)).toEqual([2, 2, 2])
  expect(begun).toHaveLength(2)
})

it('never gives what was read before it was asked', async () => {
  const { shared, until, end } = reads()
  void shared()
  await until(1)
  const afterReset = shared()
  end(1)
  await until(2)
  end(2)
  expect(await afterReset).toBe(2)
})

it('reads again after a failure', async () => {
  const { shared, begun, until, end } = reads()
  const failing = shared()
  await until(1)
  const next = shared()
  begun[0]!.reject(new Error('away'))
  await expect(failing).rejects.toThrow('away')
  await until(2)
  end(2)
  expect(await next).toBe(2)
})
