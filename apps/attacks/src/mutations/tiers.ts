/** Two tiers: the copies that processes keep in their memory are never old at rest, and not old for long otherwise. */
import type { Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const near = `${core}/stores/near-entries.ts`
const tracking = `${core}/redis/client-tracking.ts`
const tiered = `${core}/redis/tiered-store.ts`

export const tiers: readonly Mutation[] = [
  {
    name: 'two tiers: a lookup has a mark from after the last change',
    without: 'a reply from before a change is kept as a copy, if another lookup of the key began after the change',
    edits: [
      {
        file: near,
        find: 'if (this.#byName.get(name) !== mark || number < mark.keptOf) return false',
        replace: 'if (!this.#byName.has(name) || number < mark.keptOf) return false',
      },
    ],
    suites: ['copies'],
  },
  {
    name: 'two tiers: a change removes the mark of a lookup',
    without: 'a reply that crosses the message of a change is kept as a copy',
    edits: [
      {
        file: near,
        find: '    this.#entries.delete(key)\n    this.#keyMarks.drop(key)',
        replace: '    this.#entries.delete(key)',
      },
    ],
    suites: ['copies', 'two tiers'],
  },
  {
    name: 'two tiers: a later lookup is not replaced by an earlier one',
    without: 'a reader gets an older value than the one before it, until the message of the change comes',
    edits: [
      { file: near, find: ' !== mark || number < mark.keptOf) return false', replace: ' !== mark) return false' },
    ],
    suites: ['copies'],
  },
  {
    name: 'two tiers: a copy shares no memory that is given back',
    without: 'the answer to a reader changes when the copy is dropped',
    edits: [{ file: near, find: 'bytes!, until, true)', replace: 'bytes!, until)' }],
    suites: ['copies'],
  },
  {
    name: 'two tiers: an own write drops the copies',
    without: 'a reader in the same process gets the old value until the message of the change comes',
    edits: [{ file: tiered, find: '    } finally {\n      drop()', replace: '    } finally {\n      void drop' }],
    suites: ['two tiers'],
  },
  {
    name: 'two tiers: the end of the connection drops all copies',
    without: 'changes that nobody tells of leave old copies',
    edits: [
      {
        file: tracking,
        find: '    this.#listener.onUnknown()\n    current.end',
        replace: '    current.end',
      },
    ],
    suites: ['copies'],
  },
  {
    name: 'two tiers: a new connection drops all copies',
    without: 'what was read before the connection told of changes is kept',
    edits: [
      {
        file: tracking,
        find: '      this.#listener.onUnknown()\n      await this.#ping',
        replace: '      await this.#ping',
      },
    ],
    suites: ['copies'],
  },
  {
    name: 'two tiers: copies are served only after a PING that was sent recently',
    without: 'while the connection is silent, copies are old for any time',
    edits: [
      {
        file: tracking,
        find: 'this.usableUntil = sentAt + SERVED_AFTER_PING_MS',
        replace: 'this.usableUntil = sentAt + 1e12',
      },
    ],
    suites: ['copies'],
  },
  {
    name: 'two tiers: a PING counts from when it was sent',
    without: 'a slow answer makes copies served for longer than guaranteed',
    edits: [{ file: tracking, find: 'this.usableUntil = sentAt +', replace: 'this.usableUntil = runtime.now() +' }],
    suites: ['copies'],
  },
  {
    name: 'two tiers: a new connection of the client renews the one that tells of changes',
    without: 'after a failover it may go on telling of changes on the old server',
    edits: [{ file: tracking, find: '      onReady: () => this.#renew(),', replace: '      onReady() {},' }],
    suites: ['copies'],
  },
  {
    name: "two tiers: changes of tags' epochs are told",
    without: 'lists stay old in other processes after their tag was invalidated',
    edits: [{ file: `${core}/redis/redis-keys.ts`, find: 'tracked: [entries, tags]', replace: 'tracked: [entries]' }],
    suites: ['two tiers'],
  },
  {
    name: 'two tiers: the names of a message are read one by one',
    without: 'a message about several keys drops no copy',
    edits: [
      {
        file: `${core}/redis/ioredis-client.ts`,
        find: 'onChanged(names?.map((name) => name.toString()))',
        replace: 'onChanged(names === null ? undefined : [String(names)])',
      },
    ],
    suites: ['two tiers'],
  },
  {
    name: 'two tiers: a pending invalidation drops the copies',
    without: 'what another store failed to invalidate is served from memory until its TTL ends',
    edits: [
      {
        file: tiered,
        find: '    connection.pending.of(options.prefix)!.whenPending(() => near.clear()),\n',
        replace: '',
      },
    ],
    suites: ['two tiers'],
  },
  {
    name: 'two tiers: a connection that is given up is closed',
    without: 'while a server accepts connections and answers nothing, each attempt leaves one open',
    edits: [{ file: tracking, find: '    current.end.abort()\n', replace: '' }],
    suites: ['two tiers'],
  },
]
