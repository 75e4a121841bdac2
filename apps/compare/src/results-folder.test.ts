import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../test/made-up-comparison.ts'
import { readComparison } from './read-comparison.ts'
import { newestComparison, newFolder, saveComparison } from './results-folder.ts'

const comparison = madeUpComparison({ strategies: { a: { hitRatio: 0.5 } }, workload: { name: 'Access Log.gz' } })
const empty = () => mkdtemp(join(tmpdir(), 'results-'))

describe('the results folder', () => {
  it('names a folder after the day and the workload, and never reuses one', async () => {
    const results = await empty()
    expect(await newFolder(comparison, results)).toBe(join(results, '2026-11-24-access-log.gz'))
    expect(await newFolder(comparison, results)).toBe(join(results, '2026-11-24-access-log.gz-2'))
  })

  it('stores a comparison that can be read back', async () => {
    const folder = await newFolder(comparison, await empty())
    await saveComparison(folder, comparison)
    expect(await readComparison(folder)).toEqual(comparison)
    expect((await readFile(join(folder, 'comparison.json'), 'utf8')).endsWith('}\n')).toBe(true)
  })

  it('finds the newest finished comparison, and the newest unfinished one', async () => {
    const results = await empty()
    const keep = async (startedAt: string, finishedAt: string | null) => {
      const folder = await newFolder({ ...comparison, startedAt }, results)
      await saveComparison(folder, { ...comparison, startedAt, finishedAt })
      return folder
    }
    await keep('2026-11-20T00:00:00.000Z', '2026-11-20T01:00:00.000Z')
    const finished = await keep('2026-11-22T00:00:00.000Z', '2026-11-22T01:00:00.000Z')
    const stopped = await keep('2026-11-21T00:00:00.000Z', null)
    await mkdir(join(results, 'histories'))
    await writeFile(join(results, 'drills.json'), '{}')
    expect(await newestComparison('finished', results)).toBe(finished)
    expect(await newestComparison('unfinished', results)).toBe(stopped)
  })

  it('says what to do if there is none', async () => {
    await expect(newestComparison('finished', await empty())).rejects.toThrow(
      /no finished comparison .* run pnpm compare first/,
    )
  })
})
