import { describe, expect, it } from 'vitest'
import { createCache } from '../src/index.ts'
import { isLost, type RacingCache, races } from '../src/testing/index.ts'
import { cachingReads, currentWrites } from './all-strategies.ts'
import { backends, pausedRuntime } from './backends.ts'

const pairs = cachingReads.flatMap((read) => currentWrites.map((write) => ({ read, write })))

/** With writes that are acknowledged only once all processes know of them: before, others may still read an older value. */
function acknowledgingLate(cache: RacingCache, told: () => Promise<void>): RacingCache {
  return {
    ...cache,
    async write(change, commit) {
      const written = await cache.write(change, commit)
      await told()
      return written
    },
    async invalidate(what) {
      const isConfirmed = await cache.invalidate(what)
      await told()
      return isConfirmed
    },
  }
}

describe.each(backends)('$name', ({ makeStore }) => {
  describe.each(pairs)('$read.name × $write.name', ({ read, write }) => {
    it.each(races)('wins $title', async ({ play }) => {
      const room = await makeStore()
      const open = (runtime?: typeof pausedRuntime): RacingCache => {
        const cache = createCache<number>({
          store: room.open(),
          read: read({ leaseMs: 100 }),
          write: write(),
          ...(runtime && { runtime }),
        })
        const { told } = room
        return told === undefined ? cache : acknowledgingLate(cache, told)
      }
      const verdict = await play({ p1: open(), p2: open(), paused: open(pausedRuntime), evict: room.evict })
      expect(verdict).toSatisfy((judged: typeof verdict) => !isLost(judged))
    })
  })
})
