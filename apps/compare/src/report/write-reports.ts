import { writeFile } from 'node:fs/promises'
import type { Comparison } from '../comparison.ts'
import type { Deviation } from '../theory/deviation.ts'
import { frontPicture } from './html/front-picture.ts'
import { htmlReport } from './html/html-report.ts'
import { markdownReport } from './markdown.ts'

/**
 * Writes the two pages and, if there is something to show, the picture alone beside the comparison's file, under its own name:
 * `comparison.md`, `.html` and `.svg` for `comparison.json`. Older ones are overwritten. Answers the paths of the pages.
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
  const picture = frontPicture(comparison)
  if (picture !== undefined) await writeFile(`${base}.svg`, picture)
  return files
}
