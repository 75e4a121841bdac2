/** The command line of `pnpm compare`. */
import { Command } from 'commander'
import { addAdviseCommand } from './advisor/command.ts'
import { addCompareCommand } from './compare-command.ts'
import { addReportCommand } from './report/report-command.ts'
import { addSimulateCommand } from './simulation/command.ts'
import { ttlSweepOf } from './simulation/ttl-sweep.ts'
import { deviationsOf } from './theory/deviations-of.ts'

const program = new Command('pnpm compare')
  .description('Which cache strategy for my load? Measures each on the same load, one at a time, and reports.')
  // So that a command and its subcommands may have flags of the same name.
  .enablePositionalOptions()
addCompareCommand(program)
addSimulateCommand(program)
addReportCommand(program, deviationsOf)
addAdviseCommand(program, { sweepOf: ttlSweepOf })

try {
  await program.parseAsync(
    process.argv.slice(2).filter((argument, at) => !(at === 0 && argument === '--')),
    { from: 'user' },
  )
} catch (error) {
  // For the user: what was wrong with what they asked for, or with the machine. The stack is for us.
  console.error(error instanceof Error ? error.message : error)
  if (process.env.DEBUG && error instanceof Error) console.error(error.stack)
  process.exitCode = 2
}
