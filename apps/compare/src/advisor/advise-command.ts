import type { Command } from 'commander'
import type { Comparison } from '../comparison.ts'
import { readComparison } from '../read-comparison.ts'
import { adviceInWords } from './advice-in-words.ts'
import { type AdviseOptions, advise } from './advise.ts'
import { newestComparison } from './newest-comparison.ts'
import { addRequirementOptions, type RequirementFlags, readRequirements } from './requirements.ts'

export interface AdviseCommandOptions {
  /** Where comparisons are kept, each in its folder. */
  readonly resultsFolder: string
  readonly print: (line: string) => void
  /** The TTL sweep over the load of a comparison, where it can be simulated. */
  readonly sweepOf?: (comparison: Comparison) => AdviseOptions['ttlSweep']
}

/** `advise [FOLDER]` with the requirements as flags: prints advice from a comparison that has been run. */
export function addAdviseCommand(program: Command, { resultsFolder, print, sweepOf }: AdviseCommandOptions): void {
  const command = program
    .command('advise')
    .description('recommend a strategy from a comparison that has been run')
    .argument('[folder]', 'of the comparison (default: the one in results/ that finished last)')
  addRequirementOptions(command).action(async (given: string | undefined, flags: RequirementFlags) => {
    const requirements = readRequirements(flags)
    const folder = given ?? (await newestComparison(resultsFolder))
    const comparison = await readComparison(folder)
    const ttlSweep = sweepOf?.(comparison)
    print(`From ${folder}: ${comparison.config.workload.title}`)
    for (const line of adviceInWords(await advise(comparison, requirements, ttlSweep ? { ttlSweep } : {}))) print(line)
  })
}
