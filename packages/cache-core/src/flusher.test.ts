import { expect, it } from 'vitest'
import { createFlusher } from './flusher.ts'
import type { FlusherOptions } from './flusher-options.ts'
import type { TakenWrite, WriteLog } from './ports/write-log.ts'
import { fakeRuntime } from './testing/index.ts'

const WRITE: TakenWrite = { key: 'k', id: '1-0', command: {}, tags: [] }

/** A queue with one bucket. */
function opened(options: Partial<FlusherOptions> = {}) {
  const runtime = fakeRuntime()
  const listeners = new Set<() => void>()
  const takenAt: number[] = []
  let queued: TakenWrite[] = []
  const log: Pick<WriteLog, 'buckets' | 'take' | 'done' | 'bury' | 'lag' | 'onQueued' | 'giveBack'> = {
    buckets: 1,
    async take() {
      takenAt.push(runtime.now())
      return queued
    },
    async done() {
      queued = []
    },
    async bury() {},
    async giveBack() {},
    lag: async () => ({ queued: queued.length, bytes: 0, oldestMs: 0, dead: 0 }),
    onQueued(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const applied: number[] = []
  const flusher = createFlusher({
    log: log as WriteLog,
    store: { invalidate: async () => true },
    apply: async () => void applied.push(runtime.now()),
    pollMs: 50,
    runtime,
    ...options,
  })
  flusher.start()
  const queue = ({ isOwn }: { isOwn: boolean }) => {
    queued = [WRITE]
    if (isOwn) for (const listener of listeners) listener()
  }
  return { runtime, takenAt, applied, queue, flusher, listeners }
}

it('looks less often while there is nothing, but every 500 ms', async () => {
  const { runtime, takenAt } = opened()
  for (let ms = 0; ms < 10_000; ms += 50) await runtime.advance(50)
  const pauses = takenAt.slice(1).map((at, i) => at - takenAt[i]!)
  expect(pauses.slice(0, 4)).toEqual([50, 100, 150, 200])
  expect(new Set(pauses.slice(10))).toEqual(new Set([500]))
})

it('looks immediately when this process has queued a write, and soon again after it', async () => {
  const { runtime, takenAt, applied, queue } = opened()
  for (let ms = 0; ms < 10_000; ms += 50) await runtime.advance(50)
  queue({ isOwn: true })
  const queuedAt = runtime.now()
  await runtime.advance(50)
  expect(applied).toEqual([queuedAt + 50])
  const looked = takenAt.length
  await runtime.advance(50)
  expect(takenAt.length).toBe(looked + 1)
})

it("finds another process's write within 500 ms", async () => {
  const { runtime, applied, queue } = opened()
  for (let ms = 0; ms < 10_000; ms += 50) await runtime.advance(50)
  queue({ isOwn: false })
  const queuedAt = runtime.now()
  for (let ms = 0; ms < 500; ms += 50) await runtime.advance(50)
  expect(applied).toHaveLength(1)
  expect(applied[0]! - queuedAt).toBeLessThanOrEqual(500)
})

it('does not report a rest as success', async () => {
  const reports: string[] = []
  const { runtime, queue, applied } = opened({
    apply: async () => {
      throw new Error('the database is down')
    },
    onFailing: () => reports.push('failing'),
    onFlushing: () => reports.push('flushing'),
  })
  for (let ms = 0; ms < 10_000; ms += 50) await runtime.advance(50)
  queue({ isOwn: true })
  for (let ms = 0; ms < 2_000; ms += 50) await runtime.advance(50)
  expect([reports, applied]).toEqual([['failing'], []])
})

it('listens no more once it is closed', async () => {
  const { flusher, listeners } = opened()
  await flusher.close(0)
  expect(listeners.size).toBe(0)
})
