import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, it, vi } from 'vitest'
import { allStrategies, someDeviations } from '../../test/all-strategies.ts'
import { madeUpComparison } from '../../test/made-up-comparison.ts'
import { markdownReport } from './markdown.ts'
import { pageBundle } from './page-bundle.ts'
import { addReportCommand } from './report-command.ts'
import { reportFile } from './report-file.ts'

describe('compare report', () => {
  const deviations = someDeviations(allStrategies())
  const small = madeUpComparison({
    strategies: { 'cache-aside': { hitRatio: 0.7, readP50Ms: 3, loadsPerSecond: 5 }, tiered: { hitRatio: 0.6 } },
  })

  /** The output of the command for `file` in a new folder, called with `named(folder)`. */
  async function reported(
    file: string,
    named: (folder: string) => string,
    check: (folder: string) => Promise<void>,
    bundleOf?: typeof pageBundle,
  ) {
    const folder = await mkdtemp(join(tmpdir(), 'report-'))
    const said = vi.spyOn(console, 'log').mockReturnValue()
    try {
      await writeFile(join(folder, file), JSON.stringify(small))
      const program = new Command()
      addReportCommand(program, () => deviations, bundleOf)
      await program.parseAsync(['report', named(folder)], { from: 'user' })
      await check(folder)
      return said.mock.calls.flat().join('\n').replaceAll(folder, '…')
    } finally {
      said.mockRestore()
      await rm(folder, { recursive: true })
    }
  }

  it('writes the pages beside comparison.json in a folder, and prints what it read and wrote', async () => {
    const said = await reported(
      'comparison.json',
      (folder) => folder,
      async (folder) => {
        const page = reportFile({ comparison: small, deviations }, await pageBundle())
        expect(await readFile(join(folder, 'comparison.html'), 'utf8')).toBe(page)
        expect(await readFile(join(folder, 'comparison.md'), 'utf8')).toBe(markdownReport(small, deviations))
      },
    )
    expect(said).toBe('From …/comparison.json: Made up for a test\n…/comparison.md\n…/comparison.html')
  })

  it('writes the other files, says so and exits with 1 if the bundle of the page cannot be built', async () => {
    const warned = vi.spyOn(console, 'error').mockReturnValue()
    const { exitCode } = process
    try {
      const said = await reported(
        'comparison.json',
        (folder) => folder,
        async (folder) =>
          expect((await readdir(folder)).toSorted()).toEqual(['comparison.json', 'comparison.md', 'comparison.svg']),
        () => Promise.reject(new Error('vite is missing')),
      )
      expect(said).toMatch(/comparison\.md$/)
      expect(warned.mock.calls).toEqual([['The HTML page is not written: vite is missing.']])
      expect(process.exitCode).toBe(1)
    } finally {
      process.exitCode = exitCode
      warned.mockRestore()
    }
  })

  it("writes the pages beside a file, under the file's name", async () => {
    await reported(
      'compare-blog.json',
      (folder) => join(folder, 'compare-blog.json'),
      async (folder) => {
        const written = ['compare-blog.html', 'compare-blog.json', 'compare-blog.md', 'compare-blog.svg']
        expect((await readdir(folder)).toSorted()).toEqual(written)
      },
    )
  })
})
