import { describe, expect, it } from 'vitest'
import { cases } from '../../test/advised-loads.ts'
import { adviceInWords } from './advice-in-words.ts'
import { advise } from './advise.ts'

describe('adviceInWords', () => {
  it('says what to use, why, and with which limits', async () => {
    const { comparison, requirements } = cases['flash crowd']
    expect(adviceInWords(await advise(comparison, requirements)).join('\n')).toMatchInlineSnapshot(`
      "Required: a value at most 1 s old, read p99 within 100 ms, at most 50 loads per second, no acknowledged write may be lost

      Recommended: stampede-lock (The strategy stampede-lock)
        TTL 5 s, as measured
        guarantee: after an acknowledged write no read is stale; after an out-of-band change a value may be 5 s old (the TTL)
        0.100 [0.098–0.102] loads per read, 20/s
        reads that waited for a load: 20/s
        read p50 2 ms, p99 20 ms
        hit ratio 90.0 % [88.2–91.8]
        stale reads seen: 0 of the probe reads

      Runner-up:
        - write-through: loads per read 0.190 [0.186–0.194] against 0.100 [0.098–0.102] for stampede-lock (higher)

      Also meet the requirements:
        - manual-invalidation: loads per read 0.250 [0.245–0.255] against 0.100 [0.098–0.102] for stampede-lock (higher)

      Ruled out as measured:
        - no-cache: its read p99 is 900 ms [882–918], above the limit of 100 ms (--p99); its database load is 200/s [196–204], above the limit of 50/s (--max-db-load)
        - cache-aside: it allows values up to 5 s old, above the limit of 1 s (--max-staleness)

      Notes:
        - database load was measured at 200 requests per second, 5 % of them writes; it changes with the rate

      To use it:

        import { createCache, invalidate, stampedeLock } from 'cache-core'
        import { redisOptions, redisStore } from 'cache-core/redis'
        import { Redis } from 'ioredis'

        const client = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', redisOptions)
        export const cache = createCache({
          store: redisStore({ client, prefix: 'posts:' }),
          read: stampedeLock({ ttlMs: 5_000 }),
          write: invalidate(),
        })"
    `)
  })

  it('says if no strategy meets the requirements', async () => {
    const lines = adviceInWords(await advise(cases['half writes'].comparison, { p99Ms: 1, mayLoseWrites: false }))
    expect(lines).toContain('No measured strategy meets the requirements.')
  })
})
