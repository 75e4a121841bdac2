import { collect, describeCommand, UsageError, wholeNumber } from 'command-line'
import { type Load, loadLimits, loadPosts, migrate, type PostsDatabase, storedLoad } from 'posts-db'
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
    "Replaces the posts in every strategy's copy with N made-up ones, the same for the same seed; migrates first. With --reset: restores " +
    'the last load, which undoes all deletions, changes and additions since.',
  needs: needsPostgres,
  prints:
    'Progress on stderr, then one line with the posts loaded. Exit code 1 if it failed; a copy that failed is unchanged. ' +
    'A running API serves the new posts within about 1 s, under every strategy.',
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
  .option('--schema <name>', "only this strategy's copy; repeatable", collect)
  .option('--reset', 'repeat the last load of each copy')
  .action(async ({ count, seed, schema, reset }: Flags) => {
    // The whole command line is checked before the database is opened, so that wrong usage writes nothing.
    if (reset && (count !== undefined || seed !== undefined)) {
      throw new UsageError('--reset takes count and seed from the last load; omit --count and --seed, or --reset')
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

/** Groups the copies by their last load, so that its rows are made once. */
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
