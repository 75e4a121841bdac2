/** The stored runs that the tables come from. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Comparison, comparisonSchema } from '../../apps/compare/src/comparison.ts'

export const root = join(import.meta.dirname, '../..')
export const run = (name: string) => JSON.parse(readFileSync(join(root, 'docs/runs', `${name}.json`), 'utf8'))

/** Reads the run on first use. */
function stored(name: string): () => Comparison {
  let comparison: Comparison | undefined
  return () => {
    comparison ??= comparisonSchema.parse(run(name))
    return comparison
  }
}
export const blog = stored('compare-blog')
export const cheap = stored('compare-cheap-reads')
export const peers = stored('compare-peers')
