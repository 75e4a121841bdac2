/** `pnpm drill`: runs the drills named, or all, and prints what held. */
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeCommand, runCommand, UsageError, wholeNumber } from 'command-line'
import { startDatabases } from './database.ts'
import { drills } from './drills/index.ts'
import { type Figures, figuresOf } from './figures.ts'
import { runDrill } from './run-drill.ts'
import { tableOf } from './table.ts'

const RESULTS = fileURLToPath(new URL('../../../results', import.meta.url))
const KEEP_IN = join(RESULTS, 'drills')

const known = drills.map(({ name }) => name)

const command = describeCommand('pnpm drill', {
  does:
    'Breaks Redis, Postgres and the API, one fault at a time, under recorded load, and judges what clients saw: nothing old, failed or stuck ' +
    'beyond what docs/failures.md says. Figures go to results/drills.json, the histories of what did not hold to results/drills/.',
  needs:
    'redis-server, a Postgres server of its own (initdb), Toxiproxy and libfaketime; says how to install what is missing. Nothing of yours is ' +
    'touched. All drills take some minutes.',
  prints: 'A line per drill as it begins, then a table of what held. Exit code 1 when something did not hold.',
})
  .argument('[name...]', `which: ${known.join(', ')} (default: all)`)
  .option('--times <n>', 'how often each', wholeNumber('--times', { min: 1, max: 1_000 }), 1)
  .action(async (names: string[], { times }: { times: number }) => {
    process.exitCode = await main(names, times)
  })

await runCommand(command)

async function main(names: readonly string[], times: number): Promise<number> {
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new UsageError(`there is no drill ${unknown.join(', ')}; there are ${known.join(', ')}`)
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
      console.log(`\n${tableOf(figures)}\n\nrun ${run} of ${times}: ${figures.length - bad} held, ${bad} did not`)
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
  writeFileSync(file, `${JSON.stringify({ schemaVersion: 1, at: new Date().toISOString(), machine, runs }, null, 2)}\n`)
  console.log(`figures: ${file}`)
}
