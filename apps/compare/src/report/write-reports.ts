import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Comparison } from '../comparison.ts'
import type { Deviation } from '../theory/deviation.ts'
import { frontPicture } from './html/front-picture.ts'
import { htmlReport } from './html/html-report.ts'
import { markdownReport } from './markdown.ts'

/**
 * Writes `comparison.md`, `comparison.html` and, if there is something to show, the picture alone as `comparison.svg`, beside
 * `comparison.json` and over older ones. Answers the paths of the two pages.
 */
export async function writeReports(
  folder: string,
  comparison: Comparison,
  deviations: readonly Deviation[],
  advice?: readonly string[],
): Promise<{ markdown: string; html: string }> {
  const files = { markdown: join(folder, 'comparison.md'), html: join(folder, 'comparison.html') }
  await writeFile(files.markdown, markdownReport(comparison, deviations, advice))
  await writeFile(files.html, htmlReport(comparison, deviations, advice))
  const picture = frontPicture(comparison)
  if (picture !== undefined) await writeFile(join(folder, 'comparison.svg'), picture)
  return files
}
