/** `pnpm drill [NAME…] [--times N]`: runs the drills named, or all, and prints what held. Exits with 1 when something did not. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startDatabases } from './database.ts'
import { drills } from './drills/index.ts'
import { type DrillReport, runDrill } from './run-drill.ts'
import { tableOf } from './table.ts'

const KEEP_IN = fileURLToPath(new URL('../../../results/drills', import.meta.url))

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
  let failed = 0
  try {
    for (let run = 1; run <= times; run++) {
      const reports: DrillReport[] = []
      for (const drill of toRun) {
        process.stderr.write(`${drill.name}: ${drill.fault}\n`)
        reports.push(await runDrill(drill, databases, { seed: 1_000 * run, keepIn: KEEP_IN }))
      }
      const bad = reports.filter(({ problems }) => problems.length > 0).length
      failed += bad
      console.log(`\n${tableOf(reports)}\n\nrun ${run} of ${times}: ${reports.length - bad} held, ${bad} did not`)
    }
  } finally {
    await databases.stop()
  }
  return failed === 0 ? 0 : 1
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
