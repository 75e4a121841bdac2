/**
 * Stampede lock: when an entry expires, one reader in all processes loads it, and the others wait for its value.
 *
 * Promises: no value is served from the cache for longer than `ttlMs` after its load began; one load per expiry, and one
 * more for each write that voids the lease meanwhile, for a holder that dies, and for a load slower than `waitMs` or than
 * the ten leases it may be renewed for.
 * Costs: who waits polls every 10 to 20 ms. A holder that dies is waited for until its lease ends.
 * Source: the lease of Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013; tokens after Kleppmann, "How to do
 * distributed locking", 2016.
 */
import { checkNumber } from '../errors.ts'
import type { ReadStrategy } from '../ports/strategy.ts'
import { checkLifetime, type LifetimeOptions } from './lifetime.ts'

export interface StampedeLockOptions extends LifetimeOptions {
  /** How long a reader waits for somebody else's load before it loads for itself, unkept. Default 10_000 ms. */
  readonly waitMs?: number
}

export function stampedeLock(options: StampedeLockOptions = {}): ReadStrategy {
  const lifetime = checkLifetime(options)
  const waitMs = checkNumber('waitMs', options.waitMs ?? 10_000, { min: 0 })
  return {
    name: 'stampede-lock',
    guarantee: { staleForAtMostMs: lifetime.ttlMs, loadsPerExpiry: 'one' },
    lifetime,

    judge: (entry, now) => (now < entry.freshUntil ? 'hit' : undefined),

    async onMiss(slot) {
      const { now, sleep, random } = slot.runtime
      const patientUntil = now() + waitMs
      for (;;) {
        const turn = await slot.acquire()
        if (turn.kind === 'granted') return slot.loadAndFill()
        if (turn.kind === 'entry') return turn.answer
        if (now() >= patientUntil) return slot.load()
        // Asking for the lease is the poll: a lease that was voided, released or has ended shows only there.
        await sleep(Math.min(turn.endsInMs, 10 + 10 * random()))
      }
    },
  }
}
