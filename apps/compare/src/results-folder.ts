/** Stores each comparison in a folder under `results/`, named after the day and the workload. */
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Comparison, comparisonSchema } from './comparison.ts'
import { readComparison } from './read-comparison.ts'

/** `results/` of this repository. RESULTS_DIR overrides it, as for k6. */
export const RESULTS = process.env.RESULTS_DIR || fileURLToPath(new URL('../../../results', import.meta.url))

/** Creates `2026-11-24-blog`, or `2026-11-24-blog-2` if that exists. */
export async function newFolder(
  comparison: Pick<Comparison, 'startedAt' | 'config'>,
  results = RESULTS,
): Promise<string> {
  const day = comparison.startedAt.slice(0, 10)
  const name = comparison.config.workload.name.toLowerCase().replace(/[^a-z0-9.]+/g, '-')
  for (let number = 1; ; number++) {
    const folder = join(results, number === 1 ? `${day}-${name}` : `${day}-${name}-${number}`)
    try {
      await mkdir(results, { recursive: true })
      await mkdir(folder)
      return folder
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Writes atomically: a concurrent reader, or one after a crash, finds the previous version. */
export async function saveComparison(folder: string, comparison: Comparison): Promise<void> {
  const file = join(folder, 'comparison.json')
  await writeFile(`${file}.new`, `${JSON.stringify(comparisonSchema.parse(comparison), null, 1)}\n`)
  await rename(`${file}.new`, file)
}

/**
 * The folder of the newest finished or unfinished comparison. Other files, and comparisons of other schema versions, are
 * ignored.
 *
 * @throws Error that says what to do if there is none
 */
export async function newestComparison(state: 'finished' | 'unfinished', results = RESULTS): Promise<string> {
  const names = await readdir(results).catch(() => [])
  const candidates = names.map(async (name) => {
    const folder = join(results, name)
    const comparison = await readComparison(folder).catch(() => undefined)
    return comparison && { folder, startedAt: comparison.startedAt, isFinished: comparison.finishedAt !== null }
  })
  const fitting = (await Promise.all(candidates)).filter((found) => found?.isFinished === (state === 'finished'))
  const newest = fitting.toSorted((a, b) => a!.startedAt.localeCompare(b!.startedAt)).at(-1)
  if (newest !== undefined) return newest.folder
  throw new Error(`there is no ${state} comparison in ${results}; run pnpm compare first, or give a folder`)
}
