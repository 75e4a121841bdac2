import { migrate } from '../migrate.ts'
import { readFlags } from './flags.ts'
import { runCommand, withDatabase } from './run.ts'
import { chosenSchemas } from './schemas.ts'

const usage = `pnpm migrate [--schema NAME]…

Creates the tables of every strategy's schema, or brings them up to date. May be run again at any time.
  --schema NAME   only this strategy's; may be given several times
  DATABASE_URL    the Postgres to use`

await runCommand(async () => {
  const { values, help } = readFlags(process.argv.slice(2), ['schema'])
  if (help) return console.log(usage)
  const schemas = chosenSchemas(values.get('schema'))
  await withDatabase(async (db) => {
    const migrated = await migrate(db, schemas)
    for (const { schema, applied } of migrated) {
      console.log(`${schema}: ${applied.length > 0 ? applied.join(', ') : 'up to date'}`)
    }
  })
})
