import { loadLimits, loadPosts } from '../load-posts.ts'
import { migrate } from '../migrate.ts'
import { readFlags, wholeNumber } from './flags.ts'
import { createProgress } from './progress.ts'
import { runCommand, withDatabase } from './run.ts'
import { chosenSchemas } from './schemas.ts'

const usage = `pnpm load-posts [--count N] [--seed N] [--schema NAME]…

Replaces the posts in every strategy's schema by N made-up ones, the same for the same seed. Migrates first.
  --count N       posts per schema, 1 to ${loadLimits.maxCount}, default 10000
  --seed N        0 to ${loadLimits.maxSeed}, default 1
  --schema NAME   only this strategy's; may be given several times
  DATABASE_URL    the Postgres to use

An API that runs meanwhile shows the new posts within a second under strategies that promise it. Others still have the old
ones in their caches: POST /api/cache/invalidate {"all":true} afterwards.`

await runCommand(async () => {
  const { values, help } = readFlags(process.argv.slice(2), ['count', 'seed', 'schema'])
  if (help) return console.log(usage)
  // All of the command line is checked before the database is opened: after a mistake nothing was written.
  const count = wholeNumber(values, 'count', { min: 1, max: loadLimits.maxCount, default: 10_000 })
  const seed = wholeNumber(values, 'seed', { min: 0, max: loadLimits.maxSeed, default: 1 })
  const schemas = chosenSchemas(values.get('schema'))
  await withDatabase(async (db) => {
    await migrate(db, schemas)
    const progress = createProgress()
    const result = await loadPosts(db, schemas, { count, seed, onProgress: progress.update }).finally(progress.stop)
    const seconds = (result.durationMs / 1000).toFixed(1)
    const where = schemas.length === 1 ? '1 schema' : `each of ${schemas.length} schemas`
    console.log(`loaded ${count} posts (seed ${seed}) into ${where} in ${seconds} s`)
  })
})
