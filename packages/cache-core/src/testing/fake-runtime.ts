import type { Runtime } from '../ports/runtime.ts'

/** Time and randomness under the test's control. */
export interface FakeRuntime extends Runtime {
  /** Advances time, fires the timers that come due, and waits until their effects have run. */
  advance(ms: number): Promise<void>
}

/**
 * @param chance the result of `random()`. Default 0.5.
 *
 * @example
 * ```ts
 * import { cacheAside, createCache, expireOnly, memoryStore } from 'cache-core'
 * import { fakeRuntime } from 'cache-core/testing'
 *
 * const runtime = fakeRuntime()
 * const store = memoryStore({ runtime })
 * const posts = createCache({ store, read: cacheAside({ ttlMs: 1_000 }), write: expireOnly(), runtime })
 * await posts.read('post:42', () => db.findPost(42))
 * await runtime.advance(1_001) // the next read misses
 * ```
 */
export function fakeRuntime(chance = 0.5): FakeRuntime {
  let time = 0
  const alarms = new Set<{ at: number; everyMs?: number; ring: () => void }>()
  return {
    now: () => time,
    random: () => chance,
    sleep: (ms) => new Promise((ring) => alarms.add({ at: time + ms, ring })),
    after(ms, ring) {
      const alarm = { at: time + ms, ring }
      alarms.add(alarm)
      return () => alarms.delete(alarm)
    },
    every(ms, ring) {
      const alarm = { at: time + ms, everyMs: ms, ring }
      alarms.add(alarm)
      return () => alarms.delete(alarm)
    },
    soon: queueMicrotask,
    async advance(ms) {
      await settled()
      const end = time + ms
      for (;;) {
        const next = [...alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        time = next.at
        if (next.everyMs === undefined) alarms.delete(next)
        else next.at += next.everyMs
        next.ring()
        await settled()
      }
      time = end
      await settled()
    },
  }
}

/**
 * Resolves once all code that needs no time or I/O has run.
 *
 * @example
 * ```ts
 * import { settled } from 'cache-core/testing'
 *
 * const read = cache.read('post:42', () => db.findPost(42))
 * await settled() // all code that can run without time passing has run
 * ```
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
