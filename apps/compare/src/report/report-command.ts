import type { Command } from 'commander'
import type { Comparison } from '../comparison.ts'
import { readComparison } from '../read-comparison.ts'
import type { Deviation } from '../theory/deviation.ts'
import { writeReports } from './write-reports.ts'

/** `report FOLDER`: the pages of an earlier comparison, written again. Rejects with what is wrong with the folder. */
export function addReportCommand(
  program: Command,
  deviationsOf: (comparison: Comparison) => readonly Deviation[],
): void {
  program
    .command('report')
    .description('write the Markdown and HTML pages of a comparison again, from its comparison.json')
    .argument('<folder>', 'the folder that pnpm compare wrote, under results/')
    .action(async (folder: string) => {
      const comparison = await readComparison(folder)
      const { markdown, html } = await writeReports(folder, comparison, deviationsOf(comparison))
      console.log(`${markdown}\n${html}`)
    })
}
