/**
 * `pnpm drill [NAME…] [--times N]`: runs the drills named, or all, and prints what held. Figures go to results/drills.json, the
 * histories of what did not hold to results/drills/. Exits with 1 when something did not hold.
 */
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startDatabases } from './database.ts'
import { drills } from './drills/index.ts'
import { type Figures, figuresOf } from './figures.ts'
import { runDrill } from './run-drill.ts'
import { tableOf } from './table.ts'

const RESULTS = fileURLToPath(new URL('../../../results', import.meta.url))
const KEEP_IN = join(RESULTS, 'drills')

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  let chosen: { names: string[]; times: number }
  try {
    chosen = readArguments(args)
  } catch (error) {
    console.error((error as Error).message)
    return 2
  }
  const { names, times } = chosen
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

function readArguments(args: string[]): { names: string[]; times: number } {
  const { values, positionals: names } = parseArgs({
    args,
    options: { times: { type: 'string', default: '1' } },
    allowPositionals: true,
  })
  const known = drills.map(({ name }) => name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`there is no drill ${unknown.join(', ')}; there are ${known.join(', ')}`)
  const times = Number(values.times)
  if (!Number.isInteger(times) || times < 1) throw new Error(`--times is ${values.times}; give a whole number from 1`)
  return { names, times }
}
