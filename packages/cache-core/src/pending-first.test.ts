import { expect, it, vi } from 'vitest'
import { createCache } from './create-cache.ts'
import type { ReadStrategy } from './ports/strategy.ts'
import type { WriteLog } from './ports/write-log.ts'
import { memoryStore } from './stores/memory.ts'
import { cacheAside } from './strategies/cache-aside.ts'
import { invalidate } from './strategies/invalidate.ts'
import { noCache } from './strategies/no-cache.ts'
import { stampedeLock } from './strategies/stampede-lock.ts'
import { writeBehind } from './strategies/write-behind.ts'
import { fakeRuntime, gate, settled } from './testing/index.ts'

/** A cache whose queue of writes answers once `asked` is open: that no write is pending. */
function open(read: ReadStrategy) {
  const runtime = fakeRuntime()
  const asked = gate()
  const unused = async () => {
    throw new Error('not part of this test')
  }
  const log = { newest: () => asked.pass(), append: unused, inTurn: unused } as unknown as WriteLog
  const write = writeBehind({ log, otherwise: invalidate() })
  return { runtime, asked, cache: createCache<string>({ store: memoryStore({ runtime }), read, write, runtime }) }
}

it.each([cacheAside, stampedeLock, noCache])(
  'a load that timed out while it asked the queue of writes does not ask the origin (%o)',
  async (read) => {
    for (const keys of [['a'], ['a', 'b']]) {
      const { runtime, asked, cache } = open(read())
      const load = vi.fn(async () => 'v')
      const loadMany = vi.fn(async () => new Map())
      const failures = Promise.allSettled([
        cache.readMany(keys, loadMany, { loadTimeoutMs: 20 }),
        cache.read('c', load, { loadTimeoutMs: 20 }),
      ])
      await asked.reached
      await runtime.advance(20)
      const timedOut = { status: 'rejected', reason: expect.objectContaining({ code: 'LOAD_TIMEOUT' }) }
      expect(await failures).toEqual([timedOut, timedOut])
      asked.open()
      await settled()
      expect([loadMany.mock.calls, load.mock.calls]).toEqual([[], []])
      await cache.close()
    }
  },
)
