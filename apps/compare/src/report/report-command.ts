import type { Command } from 'commander'
import type { Comparison } from '../comparison.ts'
import { comparisonFile, readComparison } from '../read-comparison.ts'
import type { Deviation } from '../theory/deviation.ts'
import { pageBundle } from './page-bundle.ts'
import { writeReports } from './write-reports.ts'

/** `report FILE`: regenerates the pages of a stored comparison. Rejects if the file is invalid. */
export function addReportCommand(
  program: Command,
  deviationsOf: (comparison: Comparison) => readonly Deviation[],
): void {
  program
    .command('report')
    .description('regenerate the Markdown and HTML pages of a comparison, beside its .json file')
    .argument('<file>', 'the .json of a comparison, or the folder under results/ that pnpm compare wrote')
    .action(async (given: string) => {
      const file = await comparisonFile(given)
      const comparison = await readComparison(file)
      console.log(`From ${file}: ${comparison.config.workload.title}`)
      const reported = { comparison, deviations: deviationsOf(comparison) }
      const { markdown, html } = await writeReports(file, reported, await pageBundle())
      console.log(`${markdown}\n${html}`)
    })
}
