/** What a flusher of write-behind does in the database. */
import { type Kysely, sql } from 'kysely'
import type { PostsDatabase } from './database.ts'
import type { QueuedPost } from './foresee-post.ts'
import { POST_KEY_PREFIX } from './keys.ts'
import { writeIdOf } from './posts-repository.ts'
import { streamIdNumber, streamIdOf } from './stream-id.ts'
import type { Tables } from './tables.ts'

/** A write from the queue. */
export interface QueuedWrite {
  /** `post:42`. */
  readonly key: string
  /** Its id in the queue, `ms-seq`: the higher one is the later write of a key. */
  readonly id: string
  readonly command: QueuedPost
}

/** How the database answered a batch. */
export interface AppliedWrites {
  /**
   * The keys whose posts are not as their newest write here foresaw: deleted, or changed more often, around the queue. What a cache keeps of them must be
   * invalidated, after the queue has let go of the writes.
   */
  readonly differing: readonly string[]
}

/**
 * Stores writes from the queue, in one transaction. Only the newest one of each key is stored, and only if it is newer than what the post had
 * from the queue before, so that a batch may be applied again, late or beside another flusher.
 *
 * A pending write replaces what others changed around the queue meanwhile, but never creates: a deleted post stays deleted. The stored
 * version is the foreseen one, or, after changes around the queue, one more than the post's, so that no version goes back.
 *
 * @param schema a name from {@link schemaName}, migrated
 * @param options `writeId` identifies the rows in the outbox, as in {@link WriteOptions}; at most two, one for updates and one for deletions
 * @throws PostsDbError `BAD_OPTION` for an id that is none; nothing was sent. Errors of Postgres as `pg` throws them; nothing was changed
 */
export async function applyWrites(
  db: PostsDatabase,
  schema: string,
  writes: readonly QueuedWrite[],
  options: { readonly writeId?: string | undefined } = {},
): Promise<AppliedWrites> {
  const newest = newestOfEach(writes)
  if (newest.size === 0) return { differing: [] }
  return db.kysely.transaction().execute(async (transaction) => {
    const tables = transaction.withSchema(schema)
    // Locked, so that no write comes between; in the order of ids, so that two flushers don't deadlock.
    const rows = await tables
      .selectFrom('posts')
      .select(['id', 'version', 'stored_id'])
      .where('id', '=', sql<number>`any(${[...newest.keys()]}::integer[])`)
      .orderBy('id')
      .forUpdate()
      .execute()
    const found = new Map(rows.map((row) => [row.id, row]))
    const plans = [...newest.values()].map((write) => plan(write, found.get(write.postId)))
    await update(
      tables,
      schema,
      plans.flatMap((each) => each.update ?? []),
      options,
    )
    await deleteRows(
      tables,
      plans.flatMap((each) => each.deleted ?? []),
      options,
    )
    return { differing: plans.flatMap(({ key, differs }) => (differs ? key : [])) }
  })
}

/** The highest id of a write that was applied to a post which still exists; `0-0` for none. A new stream must begin above it. */
export async function highestStoredId(db: PostsDatabase, schema: string): Promise<string> {
  const posts = db.kysely.withSchema(schema).selectFrom('posts')
  const { highest } = await posts
    .select(sql<string>`coalesce(max(stored_id), 0)::text`.as('highest'))
    .executeTakeFirstOrThrow()
  return streamIdOf(BigInt(highest))
}

interface NewestWrite {
  readonly key: string
  readonly postId: number
  readonly storedId: bigint
  readonly command: QueuedPost
}

function newestOfEach(writes: readonly QueuedWrite[]): Map<number, NewestWrite> {
  const newest = new Map<number, NewestWrite>()
  for (const { key, id, command } of writes) {
    const write = { key, postId: Number(key.slice(POST_KEY_PREFIX.length)), storedId: streamIdNumber(id), command }
    if (write.storedId > (newest.get(write.postId)?.storedId ?? -1n)) newest.set(write.postId, write)
  }
  return newest
}

interface UpdatedRow {
  readonly id: number
  readonly title: string
  readonly content: string
  readonly author: string
  readonly updated_at: string
  readonly version: number
  readonly stored_id: string
}

interface Plan {
  readonly key: string
  /** Whether the post afterwards is not the foreseen one. */
  readonly differs: boolean
  readonly update?: UpdatedRow
  readonly deleted?: number
}

function plan(
  { key, postId, storedId, command }: NewestWrite,
  row: { version: number; stored_id: string } | undefined,
): Plan {
  if (row === undefined) return { key, differs: command !== null }
  const applied = BigInt(row.stored_id)
  // A later write of this key is here already, and its own batch reports it.
  if (applied > storedId) return { key, differs: false }
  if (applied === storedId) return { key, differs: row.version !== command?.version }
  if (command === null) return { key, differs: false, deleted: postId }
  const { title, content, author, updatedAt } = command
  const version = Math.max(command.version, row.version + 1)
  const update = { id: postId, title, content, author, updated_at: updatedAt, version, stored_id: `${storedId}` }
  return { key, differs: version !== command.version, update }
}

async function update(
  tables: Kysely<Tables>,
  schema: string,
  rows: readonly UpdatedRow[],
  { writeId }: { readonly writeId?: string | undefined },
): Promise<void> {
  if (rows.length === 0) return
  // One JSON parameter, not one per field: a statement has at most 65,535.
  const made = sql`json_to_recordset(${JSON.stringify(rows)}::json)
    as made (id integer, title text, content text, author text, updated_at timestamptz, version integer, stored_id numeric)`
  await sql`
    update ${sql.id(schema, 'posts')} as post set title = made.title, content = made.content, author = made.author,
      updated_at = made.updated_at, version = made.version, stored_id = made.stored_id
    from ${made} where post.id = made.id
    returning ${sql.join([sql`post.id`, ...writeIdOf({ writeId })])}`.execute(tables)
}

async function deleteRows(
  tables: Kysely<Tables>,
  ids: readonly number[],
  options: { readonly writeId?: string | undefined },
): Promise<void> {
  if (ids.length === 0) return
  await tables
    .deleteFrom('posts')
    .where('id', '=', sql<number>`any(${ids}::integer[])`)
    .returning(['id', ...writeIdOf(options)])
    .execute()
}
