import type { Command } from 'commander'
import type { Comparison } from '../comparison.ts'
import { comparisonFile, readComparison } from '../read-comparison.ts'
import type { Deviation } from '../theory/deviation.ts'
import { writeReports } from './write-reports.ts'

/** `report FILE`: writes the pages of an earlier comparison again. Rejects with what is wrong with the file. */
export function addReportCommand(
  program: Command,
  deviationsOf: (comparison: Comparison) => readonly Deviation[],
): void {
  program
    .command('report')
    .description('write the Markdown and HTML pages of a comparison again, beside its .json file')
    .argument('<file>', 'the .json of a comparison, or the folder under results/ that pnpm compare wrote')
    .action(async (given: string) => {
      const file = await comparisonFile(given)
      const comparison = await readComparison(file)
      console.log(`From ${file}: ${comparison.config.workload.title}`)
      const { markdown, html } = await writeReports(file, comparison, deviationsOf(comparison))
      console.log(`${markdown}\n${html}`)
    })
}
