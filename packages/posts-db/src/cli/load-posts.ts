import { collect, describeCommand, UsageError, wholeNumber } from 'command-line'
import type { PostsDatabase } from '../database.ts'
import { loadLimits, loadPosts } from '../load-posts.ts'
import { type Load, storedLoad } from '../load-record.ts'
import { migrate } from '../migrate.ts'
import { createProgress } from './progress.ts'
import { needsPostgres, runToEnd, withDatabase } from './run.ts'
import { chosenSchemas } from './schemas.ts'

interface Flags {
  count?: number
  seed?: number
  schema?: string[]
  reset?: true
}

const defaults: Load = { count: 10_000, seed: 1 }

const command = describeCommand('pnpm load-posts', {
  does:
    "Replaces the posts in every strategy's copy by N made-up ones, the same for the same seed; migrates first. With --reset: puts them back " +
    'as they were loaded last, so that what was deleted is there again, and what was changed or added since is gone.',
  needs: needsPostgres,
  prints:
    'Progress on stderr, then one line that says what was loaded. Exit code 1 when it failed; a copy that failed is unchanged. ' +
    'An API that runs meanwhile serves the new posts within about a second, under every strategy.',
})
  .option(
    '--count <n>',
    `posts per copy, 1 to ${loadLimits.maxCount} (default: ${defaults.count})`,
    wholeNumber('--count', { min: 1, max: loadLimits.maxCount }),
  )
  .option(
    '--seed <n>',
    `0 to ${loadLimits.maxSeed} (default: ${defaults.seed})`,
    wholeNumber('--seed', { min: 0, max: loadLimits.maxSeed }),
  )
  .option('--schema <name>', "only this strategy's copy; may be given several times", collect)
  .option('--reset', 'the count and seed of the last load of each copy')
  .action(async ({ count, seed, schema, reset }: Flags) => {
    // All of the command line is checked before the database is opened: after a mistake nothing was written.
    if (reset && (count !== undefined || seed !== undefined)) {
      throw new UsageError(
        '--reset takes the count and seed of the last load; leave out --count and --seed, or --reset',
      )
    }
    const schemas = chosenSchemas(schema)
    await withDatabase(async (db) => {
      await migrate(db, schemas)
      const loads = reset
        ? await lastLoads(db, schemas)
        : [{ schemas, load: { count: count ?? defaults.count, seed: seed ?? defaults.seed } }]
      for (const { schemas, load } of loads) await loadInto(db, schemas, load)
    })
  })

/** The copies, with those together that were loaded alike: their rows are made once. */
async function lastLoads(db: PostsDatabase, schemas: readonly string[]): Promise<{ schemas: string[]; load: Load }[]> {
  const alike = new Map<string, { schemas: string[]; load: Load }>()
  for (const schema of schemas) {
    const load = (await storedLoad(db, schema)) ?? defaults
    const key = `${load.count} ${load.seed}`
    const group = alike.get(key) ?? { schemas: [], load }
    group.schemas.push(schema)
    alike.set(key, group)
  }
  return [...alike.values()]
}

async function loadInto(db: PostsDatabase, schemas: readonly string[], { count, seed }: Load): Promise<void> {
  const progress = createProgress()
  const result = await loadPosts(db, schemas, { count, seed, onProgress: progress.update }).finally(progress.stop)
  const seconds = (result.durationMs / 1000).toFixed(1)
  const where = schemas.length === 1 ? '1 schema' : `each of ${schemas.length} schemas`
  console.log(`loaded ${count} posts (seed ${seed}) into ${where} in ${seconds} s`)
}

await runToEnd(command)
