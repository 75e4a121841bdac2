/** `pnpm bench`: the cost of cache-core beside other libraries, and beside a floor: a bare Map and a bare Redis client. */
import { join } from 'node:path'
import { describeCommand, names, runCommand, time, wholeNumber } from 'command-line'
import { checkGates, gateLines, sidesOf } from './check-gates.ts'
import { gates } from './gates.ts'
import { FLOOR, type LibraryName, libraryNames } from './libraries/names.ts'
import { groupLines } from './report/terminal.ts'
import { type RowName, rowNames } from './rows.ts'
import { type BenchOptions, proveAll, runBench, withBed } from './run-bench.ts'
import { type SizeName, sizeNames } from './sizes.ts'
import { writeResults } from './write-results.ts'

const ROUNDS = 15
const GATE_ROUNDS = 7
const WINDOW_MS = 100
const root = join(import.meta.dirname, '../../..')

interface Flags {
  rounds?: number
  window?: number
  seed: number
  rows?: readonly RowName[]
  sizes?: readonly SizeName[]
  libraries?: readonly LibraryName[]
  gates?: true
  store?: true
}

const command = describeCommand('pnpm bench', {
  does:
    'Measures what hits, misses and writes cost in cache-core, in six other libraries, and with a bare Map and a bare Redis client. Proves first ' +
    'that each answers correctly. All libraries take turns in each round. Writes results/bench.json and bench.svg. With --gates it ' +
    'measures only cache-core against the bare forms, and compares the ratios with the limits in apps/bench/src/gates.ts.',
  needs:
    'redis-server or valkey-server on PATH; it starts its own. About 15 minutes on an idle machine; --gates less than one.',
  prints:
    'A table per row and size: medians over the rounds, ratios with their quartiles. With --gates a line per limit. Exit code 1 if a library ' +
    'answers wrongly, if a hit loaded, or if a ratio is over its gate.',
})
  .option(
    '--rounds <n>',
    `default ${ROUNDS}, with --gates ${GATE_ROUNDS}`,
    wholeNumber('--rounds', { min: 1, max: 1_000 }),
  )
  .option(
    '--window <time>',
    `how long each is timed in a round, default ${WINDOW_MS}ms`,
    time('--window', { min: 1, max: 60_000 }),
  )
  .option('--seed <n>', 'of the values', wholeNumber('--seed', { min: 0, max: 2 ** 32 - 1 }), 1)
  .option('--rows <names>', `out of ${rowNames.join(', ')}; default all`, names('--rows', rowNames))
  .option('--sizes <names>', `out of ${sizeNames.join(', ')}; default all`, names('--sizes', sizeNames))
  .option(
    '--libraries <names>',
    `out of ${libraryNames.join(', ')}; default all. The floor is always measured`,
    names('--libraries', libraryNames),
  )
  .option('--store', 'also writes docs/runs/bench.json and bench.svg')
  .option('--gates', 'checks the limits instead')
  .action((flags: Flags) => (flags.gates ? gatesOnly(flags) : bench(flags)))

await runCommand(command)

async function bench(flags: Flags) {
  const { rounds = ROUNDS, window: windowMs = WINDOW_MS, seed, rows = rowNames, sizes = sizeNames, store } = flags
  const chosen = flags.libraries ?? libraryNames
  const libraries = libraryNames.filter((name) => name === FLOOR || chosen.includes(name))
  const options: BenchOptions = { rounds, windowMs, seed, rows, sizes, libraries }
  const result = await withBed(options, (bed, server) =>
    runBench(options, bed, server, (group) => console.log(groupLines(group))),
  )
  const folders = [process.env.RESULTS_DIR ?? join(root, 'results'), ...(store ? [join(root, 'docs/runs')] : [])]
  for (const file of folders.flatMap((folder) => writeResults(result, folder))) console.log(file)
  report(result.problems)
}

async function gatesOnly({ rounds = GATE_ROUNDS, window: windowMs = WINDOW_MS, seed }: Flags) {
  await withBed({ rounds, windowMs, seed }, async (bed) => {
    await proveAll([...new Set(sidesOf(gates).map(({ library }) => library))], bed)
    const { checked, problems } = await checkGates(bed)
    console.log(gateLines(checked))
    if (checked.some(({ isOver }) => isOver)) process.exitCode = 1
    report(problems)
  })
}

function report(problems: readonly string[]): void {
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
}
