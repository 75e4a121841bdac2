import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { caseOf } from '../../test/advisor-cases.ts'
import type { Comparison } from '../comparison.ts'
import { saveComparison } from '../results-folder.ts'
import { addAdviseCommand } from './command.ts'

let results: string

beforeEach(async () => {
  results = await mkdtemp(join(tmpdir(), 'advise-'))
})
afterEach(() => rm(results, { recursive: true }))

const comparison = caseOf(0.05, {
  'no-cache': { loads: 1, p99: 8 },
  'cache-aside': { loads: 0.05, p99: 3, stale: 4_900 },
  'write-through': { loads: 0.1, p99: 4 },
})

async function keep(name: string, change: Partial<Comparison> = {}): Promise<string> {
  const folder = join(results, name)
  await mkdir(folder)
  await saveComparison(folder, { ...comparison, ...change })
  return folder
}

async function advise(...args: string[]): Promise<string[]> {
  const lines: string[] = []
  const program = new Command()
  addAdviseCommand(program, { results, print: (line) => lines.push(line) })
  await program.parseAsync(['advise', ...args], { from: 'user' })
  return lines
}

describe('advise', () => {
  it('reads the given folder and applies the requirements', async () => {
    const folder = await keep('one')
    expect(await advise(folder)).toContain('Recommended: cache-aside (The strategy cache-aside)')
    expect(await advise(folder, '--max-staleness', '1s')).toContain(
      'Recommended: write-through (The strategy write-through)',
    )
  })

  it('reads a file of any name, and prints its path', async () => {
    const file = join(results, 'stored-run.json')
    await writeFile(file, JSON.stringify(comparison))
    const lines = await advise(file)
    expect(lines[0]).toBe(`From ${file}: Made up for a test`)
    expect(lines).toContain('Recommended: cache-aside (The strategy cache-aside)')
  })

  it('takes the newest finished comparison by default', async () => {
    await keep('old', { startedAt: '2026-11-22T09:00:00.000Z' })
    const newest = await keep('a-newer-one', { startedAt: '2026-11-23T09:00:00.000Z' })
    await keep('unfinished', { startedAt: '2026-11-24T09:00:00.000Z', finishedAt: null })
    await mkdir(join(results, 'histories'))
    await writeFile(join(results, 'side-by-side.json'), '{}')
    expect((await advise())[0]).toBe(`From ${join(newest, 'comparison.json')}: Made up for a test`)
  })

  it('says what to do if there is no comparison', async () => {
    await expect(advise()).rejects.toThrow(
      `there is no finished comparison in ${results}; run pnpm compare first, or give a folder`,
    )
  })

  it('rejects a wrong flag before it reads a file', async () => {
    await expect(advise('--p99', 'fast')).rejects.toThrow('--p99 is "fast"; give a time')
  })
})
