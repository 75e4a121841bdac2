import { expect, it } from 'vitest'
import { TrailingCoalescer } from './trailing-coalescer.ts'

function world() {
  const asked: PromiseWithResolvers<Buffer | null>[] = []
  const shared = new TrailingCoalescer<Buffer | null>()
  const ask = () => {
    const answer = Promise.withResolvers<Buffer | null>()
    asked.push(answer)
    return answer.promise
  }
  return { asked, gets: { get: (question: string) => shared.get(question, ask) } }
}

it('never returns an answer requested before the caller began, and all waiting callers share one', async () => {
  const { asked, gets } = world()
  const first = gets.get('k')
  const late = [gets.get('k'), gets.get('k'), gets.get('k')]
  expect(asked).toHaveLength(1)
  asked[0]!.resolve(Buffer.from('old'))
  expect(await first).toEqual(Buffer.from('old'))
  expect(asked).toHaveLength(2)
  const latest = gets.get('k')
  asked[1]!.resolve(Buffer.from('new'))
  expect(await Promise.all(late)).toEqual(Array(3).fill(Buffer.from('new')))
  asked[2]!.resolve(null)
  expect(await latest).toBeNull()
})

it('asks for another key without waiting, and again once all are answered', async () => {
  const { asked, gets } = world()
  const reads = [gets.get('a'), gets.get('b')]
  expect(asked).toHaveLength(2)
  for (const answer of asked) answer.resolve(null)
  await Promise.all(reads)
  void gets.get('a')
  expect(asked).toHaveLength(3)
})

it('asks again after a failure', async () => {
  const { asked, gets } = world()
  const first = gets.get('k')
  const late = gets.get('k')
  asked[0]!.reject(new Error('unavailable'))
  await expect(first).rejects.toThrow('unavailable')
  await new Promise((resolve) => setImmediate(resolve))
  asked[1]!.resolve(Buffer.from('back'))
  expect(await late).toEqual(Buffer.from('back'))
})
