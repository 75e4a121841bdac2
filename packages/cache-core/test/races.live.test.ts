import { describe, expect, it } from 'vitest'
import { createCache } from '../src/index.ts'
import { isLost, races } from '../src/testing/index.ts'
import { cachingReads, currentWrites } from './all-strategies.ts'
import { backends, pausedRuntime } from './backends.ts'

const pairs = cachingReads.flatMap((read) => currentWrites.map((write) => ({ read, write })))

describe.each(backends)('$name', ({ makeStore }) => {
  describe.each(pairs)('$read.name × $write.name', ({ read, write }) => {
    it.each(races)('wins $title', async ({ play }) => {
      const room = await makeStore()
      const open = (runtime?: typeof pausedRuntime) =>
        createCache<number>({
          store: room.open(),
          read: read({ leaseMs: 100 }),
          write: write(),
          ...(runtime && { runtime }),
        })
      const verdict = await play({ p1: open(), p2: open(), paused: open(pausedRuntime), evict: room.evict })
      expect(verdict).toSatisfy((judged: typeof verdict) => !isLost(judged))
    })
  })
})
