/** The outcome of a write without the database: under write-behind it is acknowledged before the database has it. */
import type { PostInput, PostPatch } from './post-input.ts'
import type { Post, PostJson } from './post-json.ts'

/** A write of one post: fields to set, or its deletion. */
export type PostChange = { readonly set: PostInput | PostPatch } | 'delete'

/** A write in the queue: the whole post after it, so that the last of several writes is enough. Null: deleted. */
export type QueuedPost = Post | null

/**
 * The post after a change, with the bytes that Postgres makes of it ({@link postJson}). Its version is one more than before.
 * Undefined: it is deleted.
 *
 * @param before the post that the change applies to
 * @param change checked by `postInput` or `postPatch`
 * @param atMs when it is changed, in milliseconds since the Unix epoch; the date of a post never goes back
 */
export function foreseePost(before: PostJson, change: PostChange, atMs: number): PostJson | undefined {
  if (change === 'delete') return undefined
  const old = JSON.parse(before.json) as Post
  const at = new Date(atMs).toISOString()
  const isBehind = at < old.updatedAt
  const { title = old.title, content = old.content, author = old.author } = change.set
  const post: Post = {
    id: old.id,
    title,
    content,
    author,
    createdAt: old.createdAt,
    updatedAt: isBehind ? old.updatedAt : at,
    version: old.version + 1,
  }
  // JSON.stringify escapes the same characters in the same way as Postgres, in text that Postgres can hold.
  return { id: post.id, version: post.version, json: JSON.stringify(post) }
}

/** The form of a foreseen post for the queue. */
export function queuedPost(after: PostJson | undefined): QueuedPost {
  return after === undefined ? null : (JSON.parse(after.json) as Post)
}
