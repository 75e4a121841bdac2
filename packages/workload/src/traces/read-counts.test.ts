import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { temporaryFiles } from '../../test/temporary-files.ts'
import { readCounts } from './read-counts.ts'

const write = temporaryFiles()

it('reads one count per line', async () => {
  expect(await readCounts(write('counts.gz', gzipSync('424000\n221196\n\n0\n')))).toEqual([424_000, 221_196, 0])
})

it.each(['x', '-1', '1.5'])('refuses %j and names its line', async (line) => {
  await expect(readCounts(write('bad', `3\n${line}\n`))).rejects.toThrow(
    `line 2 is "${line}"; a count is a whole number, 0 or more`,
  )
})

it('refuses an empty file', async () => {
  await expect(readCounts(write('empty', '\n'))).rejects.toThrow('is empty')
})
