import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Comparison } from '../comparison.ts'
import type { Deviation } from '../theory/deviation.ts'
import { htmlReport } from './html/html-report.ts'
import { markdownReport } from './markdown.ts'

/** Writes `comparison.md` and `comparison.html` beside `comparison.json`, over older ones. Answers their paths. */
export async function writeReports(
  folder: string,
  comparison: Comparison,
  deviations: readonly Deviation[],
  advice?: readonly string[],
): Promise<{ markdown: string; html: string }> {
  const files = { markdown: join(folder, 'comparison.md'), html: join(folder, 'comparison.html') }
  await writeFile(files.markdown, markdownReport(comparison, deviations, advice))
  await writeFile(files.html, htmlReport(comparison, deviations, advice))
  return files
}
