import type { Kysely } from 'kysely'
import { createPosts } from './2026-11-22-posts.ts'
import { createOutbox } from './2026-11-24-outbox.ts'
import { createStoredId } from './2026-11-26-stored-id.ts'

/** All migrations by name, oldest first. A static list, so that it works in bundled code. */
export const migrations: Record<string, { up(db: Kysely<unknown>, schema: string): Promise<void> }> = {
  '2026-11-22-posts': { up: createPosts },
  '2026-11-24-outbox': { up: createOutbox },
  '2026-11-26-stored-id': { up: createStoredId },
}
