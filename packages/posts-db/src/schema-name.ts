import { PostsDbError } from './errors.ts'

/** Postgres silently truncates longer identifiers, so two strategies could share a schema. */
const maxLength = 63

/**
 * The Postgres schema that holds a strategy's own copy of the posts: `cache-aside` → `cache_aside`,
 * `peer:bentocache` → `peer_bentocache`.
 *
 * @param strategy lower-case letters, digits and single hyphens, starting with a letter, with an optional `peer:` prefix
 * @throws PostsDbError `BAD_OPTION` for any other name
 */
export function schemaName(strategy: string): string {
  if (!/^(peer:)?[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(strategy) || strategy.length > maxLength) {
    throw new PostsDbError(
      'BAD_OPTION',
      `${JSON.stringify(strategy.slice(0, 80))} can't name a schema; a strategy name is a-z, 0-9 and hyphens, ` +
        `at most ${maxLength} characters, for example "cache-aside" or "peer:bentocache"`,
    )
  }
  const schema = strategy.replaceAll(/[-:]/g, '_')
  if (schema.startsWith('pg_')) {
    throw new PostsDbError('BAD_OPTION', `"${strategy}" can't name a schema; Postgres reserves pg_…`)
  }
  return schema
}
