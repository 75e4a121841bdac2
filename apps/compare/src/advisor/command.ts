import type { Command } from 'commander'
import type { Comparison } from '../comparison.ts'
import { comparisonFile, readComparison } from '../read-comparison.ts'
import { newestComparison, RESULTS } from '../results-folder.ts'
import { adviceInWords } from './advice-in-words.ts'
import { type AdviseOptions, advise } from './advise.ts'
import { addRequirementOptions, type RequirementFlags, readRequirements } from './requirements.ts'

export interface AdviseCommandOptions {
  /** The folder with one folder per comparison. Default `results/`. */
  readonly results?: string
  /** Default: to the terminal. */
  readonly print?: (line: string) => void
  /** The TTL sweep over a comparison's load; undefined if the load can't be simulated. */
  readonly sweepOf?: (comparison: Comparison) => AdviseOptions['ttlSweep']
}

/** `advise [FILE]` with the requirements as flags: prints advice from a stored comparison. */
export function addAdviseCommand(
  program: Command,
  { results = RESULTS, print = console.log, sweepOf }: AdviseCommandOptions = {},
): void {
  const command = program
    .command('advise')
    .description('recommend a strategy from a stored comparison')
    .argument('[file]', 'the .json of a comparison, or its folder (default: the newest finished one in results/)')
  addRequirementOptions(command).action(async (given: string | undefined, flags: RequirementFlags) => {
    const requirements = readRequirements(flags)
    const file = await comparisonFile(given ?? (await newestComparison('finished', results)))
    const comparison = await readComparison(file)
    const ttlSweep = sweepOf?.(comparison)
    const advice = await advise(comparison, requirements, ttlSweep ? { ttlSweep } : {})
    print(`From ${file}: ${comparison.config.workload.title}`)
    for (const line of adviceInWords(advice)) print(line)
  })
}
