import { collect, describeCommand } from 'command-line'
import { migrate } from 'posts-db'
import { needsPostgres, runToEnd, withDatabase } from './run.ts'
import { chosenSchemas } from './schemas.ts'

const command = describeCommand('pnpm migrate', {
  does: "Creates the tables of every strategy's copy of the posts, or brings them up to date. May be repeated at any time.",
  needs: needsPostgres,
  prints: 'One line per copy: the applied migrations, or "up to date". Exit code 1 if it failed.',
})
  .option('--schema <name>', "only this strategy's copy; repeatable", collect)
  .action(async ({ schema }: { schema?: string[] }) => {
    const schemas = chosenSchemas(schema)
    await withDatabase(async (db) => {
      const migrated = await migrate(db, schemas)
      for (const { schema, applied } of migrated) {
        console.log(`${schema}: ${applied.length > 0 ? applied.join(', ') : 'up to date'}`)
      }
    })
  })

await runToEnd(command)
