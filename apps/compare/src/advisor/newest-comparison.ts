import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Comparison } from '../comparison.ts'
import { readComparison } from '../read-comparison.ts'

/**
 * The folder of the comparison that finished last. What is no comparison, or of another version, or not finished, is
 * passed over.
 *
 * @throws Error that says what to do when there is none
 */
export async function newestComparison(resultsFolder: string): Promise<string> {
  const found: { folder: string; finishedAt: string }[] = []
  for (const entry of await entriesOf(resultsFolder)) {
    const folder = join(resultsFolder, entry)
    const finishedAt = (await readable(folder))?.finishedAt
    if (finishedAt) found.push({ folder, finishedAt })
  }
  const newest = found.toSorted((a, b) => (a.finishedAt < b.finishedAt ? -1 : 1)).at(-1)
  if (!newest)
    throw new Error(`there is no finished comparison in ${resultsFolder}; run pnpm compare first, or name a folder`)
  return newest.folder
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch (cause) {
    throw new Error(`${folder} cannot be read; run pnpm compare first, or name a folder`, { cause })
  }
}

async function readable(folder: string): Promise<Comparison | undefined> {
  try {
    return await readComparison(folder)
  } catch {
    return undefined
  }
}
