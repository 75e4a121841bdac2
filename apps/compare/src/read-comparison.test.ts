import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { madeUpComparison } from '../test/made-up-comparison.ts'
import { readComparison } from './read-comparison.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'comparison-'))
})
afterEach(() => rm(folder, { recursive: true }))

const put = (text: string) => writeFile(join(folder, 'comparison.json'), text)

describe('readComparison', () => {
  it('reads a written comparison', async () => {
    const comparison = madeUpComparison({ strategies: { tiered: { hitRatio: 0.5 } } })
    await put(JSON.stringify(comparison))
    expect(await readComparison(folder)).toEqual(comparison)
  })

  it('reads a file by its path', async () => {
    const comparison = madeUpComparison({ strategies: { tiered: { hitRatio: 0.5 } } })
    const file = join(folder, 'compare-blog.json')
    await writeFile(file, JSON.stringify(comparison))
    expect(await readComparison(file)).toEqual(comparison)
  })

  it('reports a missing file', async () => {
    await expect(readComparison(folder)).rejects.toThrow(/comparison\.json cannot be read: no such file/)
    await expect(readComparison(join(folder, 'a.json'))).rejects.toThrow(/a\.json cannot be read: no such file/)
  })

  it('reports a file that is not JSON, with the cause', async () => {
    await put('{"kind": "compar')
    await expect(readComparison(folder)).rejects.toMatchObject({
      message: expect.stringMatching(/is not JSON: .*was it cut off/),
      cause: expect.any(SyntaxError),
    })
  })

  it('reports a file of another kind', async () => {
    await put('{"kind": "side-by-side", "schemaVersion": 1}')
    await expect(readComparison(folder)).rejects.toThrow(/is not a comparison/)
  })

  it('names the version in the file and the supported ones', async () => {
    await put(JSON.stringify({ kind: 'comparison', schemaVersion: 4, turns: 'in another shape' }))
    await expect(readComparison(folder)).rejects.toThrow(/schemaVersion 4, but only 2 and 3 are supported/)
  })

  it('names the wrong field', async () => {
    const comparison = madeUpComparison({ strategies: { tiered: {} } })
    await put(JSON.stringify({ ...comparison, config: { ...comparison.config, runs: 'five' } }))
    await expect(readComparison(folder)).rejects.toThrow(/config\.runs/)
  })
})
