import type { Kysely } from 'kysely'
import { createPosts } from './2026-11-22-posts.ts'

/** All migrations by name, oldest first. A static list, so that bundled code finds them too. */
export const migrations: Record<string, { up(db: Kysely<unknown>): Promise<void> }> = {
  '2026-11-22-posts': { up: createPosts },
}
