/** Queued writes of posts: foreseen, and stored by a flusher. */
import type { Mutation } from './mutation.ts'

const posts = 'packages/posts-db/src'
const api = 'apps/api/src'

export const queuedPosts: readonly Mutation[] = [
  {
    name: 'a queued write is stored only over an older one',
    without: 'a batch that is applied again replaces newer writes',
    edits: [
      {
        file: `${posts}/apply-writes.ts`,
        find: '  if (applied > storedId) return { key, differs: false }\n',
        replace: '',
      },
    ],
    suites: ['queued posts'],
  },
  {
    name: 'a queued write brings its version past the trigger',
    without: 'coalesced writes get other versions than readers have seen',
    edits: [
      {
        file: `${posts}/migrations/2026-11-26-stored-id.ts`,
        find: 'new.stored_id <= old.stored_id and ',
        replace: '',
      },
    ],
    suites: ['queued posts'],
  },
  {
    name: 'no version goes back when a queued write is stored',
    without: 'after changes around the queue a version is given again',
    edits: [
      {
        file: `${posts}/apply-writes.ts`,
        find: 'Math.max(command.version, row.version + 1)',
        replace: 'command.version',
      },
    ],
    suites: ['queued posts'],
  },
  {
    name: 'a batch of queued writes locks its posts',
    without: 'a change that commits meanwhile gets the same version',
    edits: [{ file: `${posts}/apply-writes.ts`, find: '      .forUpdate()\n', replace: '' }],
    suites: ['queued posts'],
    needsPostgres: true,
  },
  {
    name: 'posts that were changed around the queue are invalidated',
    without: 'a deleted post is served until its TTL ends',
    edits: [
      {
        file: `${api}/strategies/storing-flusher.ts`,
        find: 'if (differing.length > 0 &&',
        replace: 'if (differing.length < 0 &&',
      },
    ],
    suites: ['write-behind over HTTP'],
  },
  {
    name: 'a foreseen write checks its precondition',
    without: 'If-Match is ignored under write-behind',
    edits: [{ file: `${api}/posts/deferred-write.ts`, find: ' || !precondition.allows(before)', replace: '' }],
    suites: ['write-behind over HTTP'],
  },
]
