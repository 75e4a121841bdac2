/** `pnpm attack drill`: runs the named drills, or all, and prints the results. */
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeCommand, UsageError, wholeNumber } from 'command-line'
import { startDatabases } from './database.ts'
import { drills } from './faults/index.ts'
import { type Figures, figuresOf } from './figures.ts'
import { runDrill } from './run-drill.ts'
import { tableOf } from './table.ts'

const RESULTS = fileURLToPath(new URL('../../../../results', import.meta.url))
const KEEP_IN = join(RESULTS, 'drills')

const known = drills.map(({ name }) => name)

export const command = describeCommand('pnpm attack drill', {
  does:
    'Breaks Redis, Postgres and the API, one fault at a time, under recorded load, and checks what clients saw: no stale, failed or stuck requests ' +
    'beyond those in docs/failures.md. Figures go to results/drills.json, the histories of failed drills to results/drills/.',
  needs:
    'redis-server, initdb for a private Postgres, Toxiproxy and libfaketime; a missing tool is named with the command that installs it. ' +
    'Your own servers are not touched. All drills take some minutes.',
  prints: 'One line when each drill starts, then a table of results. The exit code is 1 if any drill failed.',
})
  .argument('[name...]', `drills to run: ${known.join(', ')} (default: all)`)
  .option('--times <n>', 'runs of each drill', wholeNumber('--times', { min: 1, max: 1_000 }), 1)
  .action(async (names: string[], { times }: { times: number }) => {
    process.exitCode = await main(names, times)
  })

async function main(names: readonly string[], times: number): Promise<number> {
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new UsageError(`unknown drill ${unknown.join(', ')}; known: ${known.join(', ')}`)
  const toRun = drills.filter(({ name }) => names.length === 0 || names.includes(name))
  const databases = await startDatabases()
  const runs: Figures[][] = []
  try {
    for (let run = 1; run <= times; run++) {
      const figures: Figures[] = []
      runs.push(figures)
      for (const drill of toRun) {
        process.stderr.write(`${drill.name}: ${drill.fault}\n`)
        figures.push(figuresOf(await runDrill(drill, databases, { seed: 1_000 * run, keepIn: KEEP_IN })))
      }
      const bad = figures.filter(({ held }) => !held).length
      console.log(`\n${tableOf(figures)}\n\nrun ${run} of ${times}: ${figures.length - bad} held, ${bad} did not hold`)
    }
  } finally {
    await databases.stop()
    writeResults(runs)
  }
  return runs.flat().every(({ held }) => held) ? 0 : 1
}

function writeResults(runs: readonly Figures[][]): void {
  const machine = { cpus: availableParallelism(), node: process.version, platform: process.platform }
  const file = join(RESULTS, 'drills.json')
  writeFileSync(file, `${JSON.stringify({ schemaVersion: 2, at: new Date().toISOString(), machine, runs }, null, 2)}\n`)
  console.log(`figures: ${file}`)
}
