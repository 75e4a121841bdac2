/**
 * The cache's names for posts. The triggers write the same into the outbox; their text is in a migration, which is frozen, so a
 * change here needs a migration. Without imports, so that programs without a database can use it.
 */

/** The tag of lists and the report: any write may change any of them. */
export const LISTS_TAG = 'posts'

/** Of the posts' keys. */
export const POST_KEY_PREFIX = 'post:'

export function postKey(id: number): string {
  return `${POST_KEY_PREFIX}${id}`
}
