import type { Command } from 'commander'
import type { Comparison } from '../comparison.ts'
import { comparisonFile, readComparison } from '../read-comparison.ts'
import type { Deviation } from '../theory/deviation.ts'
import { pageBundle } from './page-bundle.ts'
import type { PageBundle } from './report-file.ts'
import { writeReports } from './write-reports.ts'

/**
 * `report FILE`: regenerates the pages of a stored comparison. Rejects if the file is invalid. If the bundle of the HTML page can't be
 * built, the rest is written, and the exit code is 1.
 */
export function addReportCommand(
  program: Command,
  deviationsOf: (comparison: Comparison) => readonly Deviation[],
  bundleOf: () => Promise<PageBundle> = pageBundle,
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
      const bundle = await bundleOf().catch((error: Error) => {
        console.error(`The HTML page is not written: ${error.message}.`)
        process.exitCode = 1
        return undefined
      })
      const { markdown, html } = await writeReports(file, reported, bundle)
      console.log([markdown, ...(bundle ? [html] : [])].join('\n'))
    })
}
