/** Leases: who may load, and how long others wait. */
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const scripts = `${core}/redis/scripts.ts`
const memory = `${core}/stores/memory.ts`
const keyRead = `${core}/key-read.ts`

export const leases: readonly Mutation[] = [
  {
    name: 'an acquire names the entry it has seen',
    without: "an entry that can't be used can never be replaced",
    edits: [
      {
        file: keyRead,
        find: 'leaseMs: read.lifetime.leaseMs, seen: this.#seen,',
        replace: 'leaseMs: read.lifetime.leaseMs, seen: undefined,',
      },
    ],
    suites: ['resilience'], // in memory this would loop forever and block the process
  },
  {
    name: 'an acquire compares the entry that was seen (Redis)',
    without: 'the same',
    edits: [{ file: scripts, find: ' and identity ~= seen then', replace: ' then' }],
  },
  {
    name: 'an acquire compares the entry that was seen (memory)',
    without: 'as on Redis',
    edits: [
      {
        file: memory,
        find: 'if (bytes !== undefined && !(seen && identityOf(bytes).equals(seen)))',
        replace: 'if (bytes !== undefined)',
      },
    ],
    suites: ['store contract'],
  },
  {
    name: 'an acquire returns an entry that was filled meanwhile (Redis)',
    without: 'a late caller loads a value again that was just loaded',
    edits: [{ file: scripts, find: "return {'entry', bytes} end", replace: 'end' }],
  },
  {
    name: 'a live lease prevents other loads (Redis)',
    without: 'each waiter loads: a stampede',
    edits: [{ file: scripts, find: 'if left > 0 then\n', replace: 'if false then\n' }],
  },
  {
    name: 'a live lease prevents other loads (memory)',
    without: 'as on Redis',
    edits: [
      {
        file: memory,
        find: 'if (lease !== undefined && now() < lease.endsAt)',
        replace: 'if (lease !== undefined && now() < 0)',
      },
    ],
  },
  {
    name: 'the end of a lease decides who may take over (Redis)',
    without: 'readers wait for a dead holder until its lease key expires',
    edits: [{ file: scripts, find: 'if left > 0 then\n', replace: 'if true then\n' }],
    suites: ['safeguards'],
  },
  {
    name: 'the end of a lease decides who may take over (memory)',
    without: 'readers wait for a dead holder forever',
    edits: [
      { file: memory, find: 'if (lease !== undefined && now() < lease.endsAt)', replace: 'if (lease !== undefined)' },
    ],
  },
  {
    name: 'a lease is kept after its end',
    without: 'a slow load is not stored although no other took over',
    edits: [{ file: scripts, find: 'const KEPT_FOR_LEASES = 8', replace: 'const KEPT_FOR_LEASES = 1' }],
  },
  {
    name: 'a lease is released after a failed load',
    without: 'other readers wait until the lease ends',
    edits: [
      {
        file: keyRead,
        find: '      await this.#release(token)\n      throw error',
        replace: '      throw error',
      },
    ],
  },
  {
    name: 'a lease is renewed while its load runs',
    without: 'a slow load runs twice',
    edits: [{ file: keyRead, find: 'if (runtime.now() < giveUpAt) void this.#renew(token)', replace: '' }],
  },
  {
    name: 'renewals are limited',
    without: 'readers wait for a hanging load forever',
    edits: [{ file: keyRead, find: 'if (runtime.now() < giveUpAt) void', replace: 'void' }],
  },
  {
    name: 'a lease without an expiry is ignored (Redis)',
    without: 'a foreign value under the key of a lease stops all fills',
    edits: [{ file: scripts, find: ' and not isForever then', replace: ' then' }],
    suites: ['resilience'],
  },
]
