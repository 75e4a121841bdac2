import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type StoredComparison, storedComparison } from 'compare/stored'
import { comparisonPage, comparisonsPage } from './comparison-pages.ts'

const runs = join(import.meta.dirname, '../../../../docs/runs')

/** Writes `/comparisons`, and for each comparison of docs/runs its page and its figures, into a folder that exists. */
export async function writeComparisons(folder: string): Promise<void> {
  const names = readdirSync(runs).flatMap((file) => /^compare-(.*)\.json$/.exec(file)?.[1] ?? [])
  const stored = new Map<string, StoredComparison>()
  for (const name of names.toSorted()) stored.set(name, await storedComparison(join(runs, `compare-${name}.json`)))
  mkdirSync(join(folder, 'comparisons'), { recursive: true })
  writeFileSync(join(folder, 'comparisons.html'), comparisonsPage(stored))
  for (const [name, comparison] of stored) {
    writeFileSync(join(folder, `comparisons/${name}.html`), comparisonPage(name, comparison))
    writeFileSync(join(folder, `comparisons/${name}.json`), JSON.stringify(comparison.reported))
  }
}
