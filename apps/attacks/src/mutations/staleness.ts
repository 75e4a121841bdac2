/** Which values may be served after their TTL, and when they are refreshed. */
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const entry = `${core}/entry.ts`
const strategies = `${core}/strategies`

export const staleness: readonly Mutation[] = [
  {
    name: 'the limit of stale-if-error is checked when serving',
    without: 'after a load that fails slowly, readers get a value beyond the limit',
    suites: ['unit'],
    edits: [{ file: `${strategies}/stale-if-error.ts`, find: ' || found.ttlMs <= -forMs', replace: '' }],
  },
  {
    name: 'an outage of the store is not a failed load',
    without: 'readers get expired values although the origin works',
    suites: ['unit'],
    edits: [{ file: `${strategies}/stale-if-error.ts`, find: 'isStoreAway(failure) || ', replace: '' }],
  },
  {
    name: 'entries are kept for as long as stale-if-error may serve them',
    without: 'there is nothing to serve when the origin fails',
    suites: ['unit'],
    edits: [
      {
        file: `${strategies}/stale-if-error.ts`,
        find: 'Math.max(lifetime.staleMs, forMs)',
        replace: 'lifetime.staleMs',
      },
    ],
  },
  {
    name: 'stale-while-revalidate serves stale for staleMs, and no longer',
    without: 'readers get stale-if-error values although no load failed',
    suites: ['unit'],
    edits: [
      {
        file: `${strategies}/stale-while-revalidate.ts`,
        find: "now < freshUntil + staleMs ? 'refresh' : 'miss'",
        replace: "'refresh'",
      },
    ],
  },
  {
    name: 'an expired entry is a miss under refresh-ahead',
    without: 'a value is served beyond its TTL while it is refreshed',
    suites: ['unit'],
    edits: [{ file: `${strategies}/refresh-ahead.ts`, find: "if (now >= freshUntil) return 'miss'\n", replace: '' }],
  },
  {
    name: 'an expired entry is a miss under xfetch',
    without: 'as for refresh-ahead',
    suites: ['unit'],
    edits: [{ file: `${strategies}/xfetch.ts`, find: "if (now >= freshUntil) return 'miss'\n", replace: '' }],
  },
  {
    name: 'a fill by a writer keeps the load time',
    without: 'xfetch never refreshes an entry filled by a write, and readers wait when it expires',
    suites: ['unit'],
    edits: [
      {
        file: `${core}/writer.ts`,
        find: '(claimed?.head && loadMsOf(claimed.head, key, version)) ?? 0',
        replace: '0',
      },
    ],
  },
  {
    name: 'a claim returns a copy of the header',
    without: 'the memory of the entry is reused while the writer still reads its load time',
    suites: ['unit'],
    edits: [
      {
        file: `${core}/stores/memory.ts`,
        find: 'head: Buffer.from(head)',
        replace: 'head',
      },
    ],
  },
  {
    name: 'stale-if-error does not hide a programming error of a load',
    without: 'a wrong TTL, or a load that waits for itself, stays unnoticed',
    suites: ['unit'],
    edits: [{ file: `${strategies}/stale-if-error.ts`, find: ' || isMistake(failure)', replace: '' }],
  },
  {
    name: 'an entry is fresh for at most the TTL of its reader',
    without: 'an entry stored with a longer TTL is served beyond the reader’s TTL, and not refreshed',
    suites: ['unit'],
    edits: [
      {
        file: entry,
        find: 'Math.min(bytes.readDoubleLE(20), this.loadedAt + maxTtlMs)',
        replace: 'bytes.readDoubleLE(20)',
      },
    ],
  },
  {
    name: 'a failed refresh is not retried immediately',
    without: 'each read loads from a failing origin, but only one per TTL from a working one',
    suites: ['unit'],
    edits: [
      {
        file: `${core}/caching-reader.ts`,
        find: 'const again = () => pause(REFRESH_AGAIN_AFTER_MS)',
        replace: 'const again = () => {}',
      },
    ],
  },
  {
    name: 'a backoff of refreshes ends with its entry',
    without: 'a new entry that expires waits for a lease that was released long ago',
    suites: ['unit'],
    edits: [
      {
        file: `${core}/refresh-pauses.ts`,
        find: 'if (pause.entryId === entryId) return true',
        replace: 'return true',
      },
    ],
  },
]
