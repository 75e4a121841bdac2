import { createCache } from '../src/create-cache.ts'
import type { ReadStrategy, WriteStrategy } from '../src/ports/strategy.ts'
import { memoryStore } from '../src/stores/memory.ts'
import { invalidate } from '../src/strategies/invalidate.ts'
import { fakeRuntime } from '../src/testing/index.ts'

/** A cache with controlled time, and an origin whose value is the number of its loads. */
export function opened(read: ReadStrategy, write: WriteStrategy = invalidate()) {
  const time = fakeRuntime()
  const store = memoryStore({ runtime: time })
  const cache = createCache<number>({ store, read, write, runtime: time })
  const origin = {
    loads: 0,
    isDown: false,
    load: async () => {
      if (origin.isDown) throw new Error('the origin is down')
      return ++origin.loads
    },
  }
  return { cache, store, time, origin }
}
