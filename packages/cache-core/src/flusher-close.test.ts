/** After `close` has resolved, a flusher uses neither the queue nor the database. */
import { expect, it } from 'vitest'
import { createFlusher } from './flusher.ts'
import type { TakenWrite, WriteLog } from './ports/write-log.ts'
import { fakeRuntime, gate, settled } from './testing/index.ts'

const WRITE: TakenWrite = { key: 'k', id: '1-0', command: {}, tags: ['t'] }

/** A queue with one bucket, into which another write has come each time. Each call takes 1 ms. */
function opened({
  take = async () => {},
  apply = async () => {},
}: Partial<Record<'take' | 'apply', () => Promise<void>>> = {}) {
  const runtime = fakeRuntime()
  const calls: string[] = []
  const call = async (name: string) => {
    calls.push(name)
    await runtime.sleep(1)
  }
  const log: Pick<WriteLog, 'buckets' | 'take' | 'done' | 'bury' | 'lag' | 'onQueued' | 'giveBack'> = {
    buckets: 1,
    async take() {
      await call('take')
      await take()
      calls.push('taken')
      return [WRITE]
    },
    done: () => call('done'),
    bury: () => call('bury'),
    lag: async () => ({ queued: 1, bytes: 0, oldestMs: 0, dead: 0 }),
    giveBack: () => call('give back'),
    onQueued: () => () => {},
  }
  const flusher = createFlusher({
    log: log as WriteLog,
    store: {
      async invalidate() {
        await call('invalidate')
        return true
      },
    },
    async apply() {
      await call('apply')
      await apply()
    },
    pollMs: 50,
    runtime,
  })
  flusher.start()
  return { runtime, calls, flusher }
}

it('stops within its limit although writes keep arriving', async () => {
  const { runtime, calls, flusher } = opened()
  await runtime.advance(100)
  let closedAt = 0
  const closing = flusher.close(200).then(() => {
    closedAt = runtime.now()
  })
  await runtime.advance(300)
  await closing
  expect(closedAt).toBeLessThanOrEqual(310)
  expect(calls.at(-1)).toBe('give back')
  const used = calls.length
  await runtime.advance(10_000)
  expect(calls.length).toBe(used)
})

it('gives back what was being taken when its limit passed, and does not apply it', async () => {
  const taking = gate()
  const { runtime, calls, flusher } = opened({ take: () => taking.pass() })
  await runtime.advance(60)
  await taking.reached
  const closing = flusher.close(20)
  await runtime.advance(30)
  expect(calls).toEqual(['take'])
  taking.open()
  await settled()
  await runtime.advance(10)
  await closing
  expect(calls).toEqual(['take', 'taken', 'give back'])
  await runtime.advance(10_000)
  expect(calls).toHaveLength(3)
})

it('does not continue with writes that the database is storing when its limit has passed', async () => {
  const applying = gate()
  const { runtime, calls, flusher } = opened({ apply: () => applying.pass() })
  await runtime.advance(60)
  await applying.reached
  const closing = flusher.close(20)
  await runtime.advance(1_000)
  await closing
  applying.open()
  await runtime.advance(10_000)
  expect(calls).toEqual(['take', 'taken', 'apply', 'give back'])
})
