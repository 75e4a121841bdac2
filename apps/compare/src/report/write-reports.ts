import { writeFile } from 'node:fs/promises'
import { standalone } from 'charts'
import { paretoMap } from './html/report-charts.ts'
import { markdownReport } from './markdown.ts'
import { nodeDocument } from './node-document.ts'
import { type PageBundle, reportFile } from './report-file.ts'
import type { Reported } from './reported.ts'

const PICTURE = { width: 900, height: 460 }

/**
 * Writes the two pages, and the picture if there is one, next to the comparison's file and with the same base name:
 * `comparison.md`, `.html` and `.svg` for `comparison.json`. Overwrites existing files. Returns the paths of the pages.
 *
 * @param bundle undefined: without the HTML page
 */
export async function writeReports(
  file: string,
  reported: Reported,
  bundle: PageBundle | undefined,
): Promise<{ markdown: string; html: string }> {
  const { comparison, deviations, advice } = reported
  const base = file.replace(/\.json$/, '')
  const files = { markdown: `${base}.md`, html: `${base}.html` }
  await writeFile(files.markdown, markdownReport(comparison, deviations, advice))
  if (bundle !== undefined) await writeFile(files.html, reportFile(reported, bundle))
  const picture = paretoMap(nodeDocument, comparison, PICTURE)
  if (picture !== undefined) await writeFile(`${base}.svg`, standalone(picture))
  return files
}
