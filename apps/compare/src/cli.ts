/** The command line of `pnpm compare`. */
import { describeCommand, runCommand } from 'command-line'
import { addAdviseCommand } from './advisor/command.ts'
import { addCompareCommand } from './compare-command.ts'
import { addReportCommand } from './report/report-command.ts'
import { addSimulateCommand } from './simulation/command.ts'
import { ttlSweepOf } from './simulation/ttl-sweep.ts'
import { deviationsOf } from './theory/deviations-of.ts'

const program = describeCommand('pnpm compare', {
  does: 'Which cache strategy fits my load? Measures each strategy on the same load, one at a time, and reports.',
  needs:
    'k6, and redis-server or valkey-server on PATH. Uses Postgres if installed, otherwise an embedded one. With BASE_URL it measures an API that is already running.',
  prints:
    'a line for each turn, then the report. Writes pages and figures to results/<date>-<workload>. Exit code 1 if no turn counts, or with --strict if a check failed; 130 if it was stopped.',
})
  // Lets a command and its subcommands have flags of the same name.
  .enablePositionalOptions()
addCompareCommand(program)
addSimulateCommand(program)
addReportCommand(program, deviationsOf)
addAdviseCommand(program, { sweepOf: ttlSweepOf })

try {
  await runCommand(program)
} catch (error) {
  // Users see the message; DEBUG adds the stack.
  console.error(error instanceof Error ? error.message : error)
  if (process.env.DEBUG && error instanceof Error) console.error(error.stack)
  process.exitCode = 2
}
