/** Lines of the library's source, for a page. Taken from the file, so that the page can't show code that isn't there. */
import { readFileSync } from 'node:fs'

const ROOT = new URL('../../../', import.meta.url)
const SOURCE = 'packages/cache-core/src/'
const LINES_AROUND = 2

export interface SourceExcerpt {
  /** From the repository's root. */
  readonly file: string
  /** The number of the line that matters, from 1. */
  readonly line: number
  /** The number of the first line. */
  readonly from: number
  /** Without their common indentation. */
  readonly lines: readonly string[]
}

/**
 * @param file in `packages/cache-core/src`.
 * @param text the whole line, without its indentation.
 * @throws Error unless the file has exactly one such line
 */
export function sourceExcerpt(file: string, text: string): SourceExcerpt {
  return excerptOf(readFileSync(new URL(SOURCE + file, ROOT), 'utf8'), SOURCE + file, text)
}

export function excerptOf(source: string, file: string, text: string): SourceExcerpt {
  const all = source.split('\n')
  const found = all.flatMap((line, i) => (line.trim() === text ? [i] : []))
  if (found.length !== 1) throw new Error(`${file} has ${found.length} lines "${text}"; the race needs exactly one`)
  const at = found[0]!
  const from = Math.max(0, at - LINES_AROUND)
  return { file, line: at + 1, from: from + 1, lines: withoutIndentation(all.slice(from, at + LINES_AROUND + 1)) }
}

function withoutIndentation(lines: readonly string[]): string[] {
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  return lines.map((line) => line.slice(Math.min(...depths)))
}
