/** For the build of the pages: the comparisons stored in docs/runs. */
import { readComparison } from '../read-comparison.ts'
import { deviationsOf } from '../theory/deviations-of.ts'
import type { Answer } from './content/content.ts'
import { reportContent } from './content/report-content.ts'
import { renderReport } from './html/render-report.ts'
import { nodeDocument } from './node-document.ts'
import { type Reported, withoutK6 } from './reported.ts'

export interface StoredComparison {
  readonly title: string
  /** The load in words, with its TTL and its runs. */
  readonly load: string
  readonly strategies: readonly string[]
  /** One for each need, the most demanding first. */
  readonly answers: readonly Answer[]
  /** The report as HTML, without inline style and script. */
  readonly body: string
  /** What a page renders the report from. */
  readonly reported: Reported
}

/** Rejects as `readComparison` does. */
export async function storedComparison(file: string): Promise<StoredComparison> {
  const comparison = await readComparison(file)
  const reported = withoutK6({ comparison, deviations: deviationsOf(comparison) })
  const [answer] = reportContent(comparison, reported.deviations).sections
  const { title, body } = renderReport(reported, nodeDocument)
  return {
    title,
    load: answer!.blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : []))[0]!,
    strategies: comparison.strategies.map(({ name }) => name),
    answers: answer!.blocks.flatMap((block) => (block.kind === 'answers' ? block.answers : [])),
    body: body.source,
    reported,
  }
}
