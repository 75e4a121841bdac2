import { writeFile } from 'node:fs/promises'
import type { Comparison } from '../comparison.ts'
import type { Deviation } from '../theory/deviation.ts'
import { htmlReport } from './html/html-report.ts'
import { paretoPicture } from './html/pareto-picture.ts'
import { markdownReport } from './markdown.ts'

/**
 * Writes the two pages, and the picture if there is one, next to the comparison's file and with the same base name:
 * `comparison.md`, `.html` and `.svg` for `comparison.json`. Overwrites existing files. Returns the paths of the pages.
 */
export async function writeReports(
  file: string,
  comparison: Comparison,
  deviations: readonly Deviation[],
  advice?: readonly string[],
): Promise<{ markdown: string; html: string }> {
  const base = file.replace(/\.json$/, '')
  const files = { markdown: `${base}.md`, html: `${base}.html` }
  await writeFile(files.markdown, markdownReport(comparison, deviations, advice))
  await writeFile(files.html, htmlReport(comparison, deviations, advice))
  const picture = paretoPicture(comparison)
  if (picture !== undefined) await writeFile(`${base}.svg`, picture)
  return files
}
