import { expect, it } from 'vitest'
import { CacheError } from '../errors.ts'
import { TransferTooSlow } from '../resilience/deadlines.ts'
import { ServerClock } from '../resilience/server-clock.ts'
import { GuardCalls } from './guard-calls.ts'
import { OneTurn } from './one-turn.ts'
import type { Arg, RedisClient } from './redis-client.ts'
import { GUARD } from './scripts.ts'
import { SlowEntries } from './slow-entries.ts'

const NOW = Buffer.from('1700000000000.000')
const SMALL = Buffer.alloc(100)
const LARGE = Buffer.alloc(16 * 1024)

interface Call {
  readonly keys: readonly string[]
  readonly args: readonly Arg[]
}

function opened({ isCluster = false, fail }: { isCluster?: boolean; fail?: () => unknown } = {}) {
  const calls: Call[] = []
  const texts: Call[] = []
  const soon: (() => void)[] = []
  const slowKeys: string[] = []
  const answer = ({ keys }: Call) => [NOW, ...keys.filter((_, i) => i % 3 === 0).map((key) => `answer of ${key}`)]
  const client: Pick<RedisClient, 'evalsha' | 'eval' | 'isCluster'> = {
    isCluster,
    async evalsha(sha, keys, args) {
      expect(sha).toBe(GUARD.sha)
      calls.push({ keys, args })
      const failure = fail?.()
      if (failure !== undefined) throw failure
      return answer({ keys, args })
    },
    async eval(lua, keys, args) {
      expect(lua).toBe(GUARD.lua)
      texts.push({ keys, args })
      return answer({ keys, args })
    },
  }
  const clock = new ServerClock(() => 0)
  const slow = new SlowEntries(
    () => 0,
    (key) => slowKeys.push(key),
  )
  const guard = new GuardCalls({ client, clock, slow, soon: (action) => void soon.push(action) })
  const run = (key: string, entry: Buffer = SMALL) =>
    guard.run('fill', key, [`e:${key}`, `l:${key}`, `w:${key}`], ['token', entry, 5])
  const turn = () => {
    for (const action of soon.splice(0)) action()
  }
  return { run, turn, calls, texts, clock, slowKeys }
}

it('sends the operations of one turn as one call, and gives each its answer', async () => {
  const { run, turn, calls, clock } = opened()
  const answers = [run('a'), run('b'), run('c')]
  expect(calls).toEqual([])
  turn()
  expect(await Promise.all(answers)).toEqual(['answer of e:a', 'answer of e:b', 'answer of e:c'])
  expect(calls).toEqual([
    {
      keys: ['e:a', 'l:a', 'w:a', 'e:b', 'l:b', 'w:b', 'e:c', 'l:c', 'w:c'],
      args: Array(3).fill(['fill', 'token', SMALL, 5, '']).flat(),
    },
  ])
  expect(clock.isCompared).toBe(true)
  const next = run('d')
  turn()
  expect(await next).toBe('answer of e:d')
})

it('sends no more than 32 operations in one call', async () => {
  const { run, turn, calls } = opened()
  const answers = Array.from({ length: 70 }, (_, i) => run(`k${i}`))
  turn()
  expect(await Promise.all(answers)).toEqual(answers.map((_, i) => `answer of e:k${i}`))
  expect(calls.map(({ keys }) => keys.length / 3)).toEqual([32, 32, 6])
})

it('sends a large entry alone, without waiting', async () => {
  const { run, turn, calls } = opened()
  const small = run('a')
  expect(await run('b', LARGE)).toBe('answer of e:b')
  turn()
  expect(await small).toBe('answer of e:a')
  expect(calls.map(({ keys }) => keys[0])).toEqual(['e:b', 'e:a'])
})

it('sends each operation alone in a Cluster, since their slots differ', async () => {
  const { run, calls } = opened({ isCluster: true })
  await Promise.all([run('a'), run('b')])
  expect(calls.map(({ keys }) => keys[0])).toEqual(['e:a', 'e:b'])
})

it('sends the text of the script to a server that does not know it', async () => {
  const { run, turn, texts } = opened({ fail: () => new Error('NOSCRIPT No matching script') })
  const answers = [run('a'), run('b')]
  turn()
  expect(await Promise.all(answers)).toEqual(['answer of e:a', 'answer of e:b'])
  expect(texts.map(({ keys }) => keys.length)).toEqual([6])
})

it('fails all operations of a call that fails', async () => {
  const failure = new Error('away')
  const { run, turn } = opened({ fail: () => failure })
  const answers = [run('a'), run('b')]
  turn()
  expect(await Promise.allSettled(answers)).toEqual(Array(2).fill({ status: 'rejected', reason: failure }))
})

it('remembers an entry as too large only if it was alone', async () => {
  const tooSlow = () => new CacheError('STORE_UNAVAILABLE', 'slow', { cause: new TransferTooSlow() })
  const { run, turn, slowKeys } = opened({ fail: tooSlow })
  const answers = [run('a'), run('b')]
  turn()
  await Promise.allSettled(answers)
  expect(slowKeys).toEqual([])
  await run('c', LARGE).catch(() => {})
  expect(slowKeys).toEqual(['c'])
})

it('one turn begins again after it is full', async () => {
  const sent: number[][] = []
  const actions: (() => void)[] = []
  const turn = new OneTurn<number, number>(
    (action) => void actions.push(action),
    2,
    async (all) => {
      sent.push([...all])
      return all.map((n) => n * 10)
    },
  )
  const answers = [1, 2, 3].map((n) => turn.ask(n))
  for (const action of actions) action()
  expect(await Promise.all(answers)).toEqual([10, 20, 30])
  expect(sent).toEqual([[1, 2], [3]])
})
