/** The guard over memcached, by a CAS that every write changes. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, quoted
import type { Mutation } from './mutation.ts'

const folder = 'packages/cache-core/src/memcached'
const commands = `${folder}/memcached-commands.ts`
const server = `${folder}/memcached-server.ts`

export const memcached: readonly Mutation[] = [
  {
    name: 'memcached: a fill only replaces the item that its lease was granted on',
    without: 'a load that began before a write fills its old value, which stays until the TTL ends',
    suites: ['memcached'],
    edits: [{ file: commands, find: '`C${mine.entryCas}`', replace: "''" }],
  },
  {
    name: 'memcached: taking over a lease changes the CAS',
    without: 'a holder that paused past its lease overwrites the fill of its successor',
    suites: ['memcached'],
    edits: [
      {
        file: commands,
        find: 'there.isStubOurs ? cas : await renewCas(server, entry, cas, bytes && item, leaseMs)',
        replace: 'there.isStubOurs || renewCas ? cas : cas',
      },
    ],
  },
  {
    name: 'memcached: the CAS of a dead holder’s lease lets only one waiter take over',
    without: 'all waiters load at the same time',
    suites: ['memcached'],
    edits: [{ file: commands, find: 'keptFor(leaseMs), `C${leaseCas}`)', replace: 'keptFor(leaseMs))' }],
  },
  {
    name: 'memcached: an entry stays until its replacement is filled',
    without: 'it expires while a slow load runs, and the fill is refused',
    suites: ['memcached'],
    edits: [{ file: commands, find: '      left < ttl && server.meta', replace: '      left < 0 && server.meta' }],
  },
  {
    name: 'memcached: a claim changes the CAS',
    without: 'a slow reader fills an old value during a write',
    suites: ['store contract'],
    edits: [
      {
        file: commands,
        find: "server.store(entry, '', 0, 'MA'), // appends nothing: the entry stays, with a new CAS",
        replace: 'server.meta(`mg ${entry} c`),',
      },
    ],
  },
  {
    name: 'memcached: an invalidation drops the item',
    without: 'the entry is served, and running loads fill',
    suites: ['store contract'],
    edits: [
      {
        file: commands,
        find: 'server.meta(`md ${entry}`), server.meta(`md ${lease}`)',
        replace: 'server.meta(`md ${lease}`)',
      },
    ],
  },
  {
    name: 'memcached: entries carry the global epoch',
    without: 'invalidateAll invalidates nothing',
    suites: ['store contract'],
    edits: [{ file: commands, find: 'item.all === all && ', replace: '' }],
  },
  {
    name: 'memcached: a fill reports that everything was invalidated meanwhile',
    without: 'an unreadable value counts as stored',
    suites: ['store contract'],
    edits: [{ file: commands, find: ' && items.get(allName) === all', replace: '' }],
  },
  {
    name: 'memcached: an entry expires to the millisecond',
    without: 'memcached counts whole seconds, so entries are served for up to 2 s longer',
    suites: ['memcached'],
    edits: [{ file: commands, find: ' && clock.latest() < item.expiresAt', replace: '' }],
  },
  {
    name: 'memcached: a server without CAS is not used',
    without: 'every fill is refused without an explanation',
    suites: ['memcached'],
    edits: [{ file: server, find: "if (cas === 'no') throw", replace: "if (cas === '') throw" }],
  },
  {
    name: 'memcached: a new connection drops a partial answer',
    without: 'the rest of an answer is read as the answer to another command',
    suites: ['memcached outage'],
    edits: [
      {
        file: server,
        find: 'await node.reconnect()',
        replace: 'await (node as unknown as { connect(): Promise<void> }).connect()',
      },
    ],
  },
]
