/** `pnpm --filter compare run simulation-speed`: how long a million requests take under each strategy. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describeCommand, names, runCommand, wholeNumber } from 'command-line'
import { strategyNames } from 'strategies'
import {
  medianOf,
  type Speed,
  type SpeedRow,
  type SpeedRun,
  speedLoadNames,
  speedLoadTitles,
} from '../src/simulation/speed-run.ts'

const SCRIPT = 'pnpm --filter compare run simulation-speed'
/** Of a million requests, on a quiet machine. */
const GOAL_S = 5

interface Flags {
  readonly requests: string
  readonly rounds: string
  readonly seed: string
  readonly loads: string
  readonly strategies: string
  readonly store?: boolean
}

const command = describeCommand(SCRIPT, {
  does: 'Simulates requests under each strategy, each run in a process of its own, and measures the time.',
  needs: 'A quiet machine. A round of a million requests takes about 4 minutes.',
  prints: `A line per load and strategy: medians. A time above ${GOAL_S} s is marked.`,
})
  .option('--requests <n>', 'requests of a run', '1000000')
  .option('--rounds <n>', 'runs of each strategy under each load, interleaved', '3')
  .option('--seed <n>', 'of the first round; the next rounds have the next seeds', '1')
  .option('--loads <names>', `separated by commas, out of ${speedLoadNames.join(', ')}`, speedLoadNames.join(','))
  .option('--strategies <names>', `separated by commas, out of ${strategyNames.join(', ')}`, strategyNames.join(','))
  .option('--store', 'also writes docs/runs/simulation-speed.json; `pnpm readme-tables` makes the table from it')
  .action(measureAll)

await runCommand(command)

function measureAll(flags: Flags): void {
  const requests = wholeNumber('--requests', { min: 1, max: 1e8 })(flags.requests)
  const rounds = wholeNumber('--rounds', { min: 1, max: 100 })(flags.rounds)
  const seed = wholeNumber('--seed', { min: 0, max: 1e9 })(flags.seed)
  const loads = names('--loads', speedLoadNames)(flags.loads)
  const strategies = names('--strategies', strategyNames)(flags.strategies)

  const [loadAverageBefore = 0] = loadavg()
  const rows = loads.flatMap((load) => strategies.map((strategy) => ({ load, strategy, rounds: [] as Speed[] })))
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) row.rounds.push(measureAlone(row, requests, seed + round))
  }
  for (const row of rows) console.log(line(row))
  if (!flags.store) return
  const run: SpeedRun = {
    format: 'simulation-speed/1',
    command: `${SCRIPT} --requests ${requests} --rounds ${rounds} --seed ${seed}`,
    date: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      node: process.version,
      loadAverageBefore,
    },
    requests,
    rounds,
    seed,
    rows,
  }
  writeFileSync(
    new URL('../../../docs/runs/simulation-speed.json', import.meta.url),
    `${JSON.stringify(run, undefined, 2)}\n`,
  )
}

function measureAlone({ load, strategy }: Omit<SpeedRow, 'rounds'>, requests: number, seed: number): Speed {
  const file = fileURLToPath(new URL('one.ts', import.meta.url))
  const flags = ['--conditions=workspace-source', file, load, strategy, String(requests), String(seed)]
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }))
}

function line(row: SpeedRow): string {
  const simulationS = medianOf(row, 'simulationS')
  const others = `${medianOf(row, 'cpuS').toFixed(2)} s of CPU, ${medianOf(row, 'peakMiB').toFixed(0)} MiB`
  const mark = simulationS > GOAL_S ? ': SLOW' : ''
  return `${speedLoadTitles[row.load]}, ${row.strategy}: ${simulationS.toFixed(2)} s, ${others}${mark}`
}
