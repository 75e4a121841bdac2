import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { temporaryFiles } from '../../test/temporary-files.ts'
import { describeReport } from './describe-report.ts'
import { HOLE_BYTES, Holes } from './holes.ts'
import { readTrace } from './read-trace.ts'

const write = temporaryFiles()
const entry = (path: string) => `192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] "GET ${path} HTTP/1.1" 200 512`
const hole = (bytes: number) => '\0'.repeat(bytes)
/** A log of 2 MB after `copytruncate`, when its writer continues at its old position. */
const truncated = `${hole(2_097_152)}${entry('/a')}\n${entry('/b')}\n`

it.each([
  ['plain', truncated, {}],
  ['gzip', gzipSync(truncated), {}],
  ['with its format named', truncated, { format: 'common' }],
] as const)('reads a log that begins with 2 MB of NULs: %s', async (_, content, options) => {
  const { requests, report } = await readTrace(write('access.log', content), options)
  expect(requests.map(({ key }) => key)).toEqual(['/a', '/b'])
  expect(report).toMatchObject({ format: 'common', holes: { count: 1, bytes: 2_097_152 }, skipped: { total: 0 } })
  expect(describeReport(report)).toContain(
    "\nPassed over 2,097,152 NUL bytes in 1 run, as logrotate's copytruncate leaves them.",
  )
})

it('reads the line after a hole, and skips the line that the hole truncates', async () => {
  const cut = entry('/cut').slice(0, 60)
  const content = `${entry('/a')}\n${cut}${hole(5_000)}${entry('/b')}\n${hole(70_000)}${entry('/c')}\n${hole(100)}`
  const { requests, report } = await readTrace(write('rotated.log', content))
  expect(requests.map(({ key }) => key)).toEqual(['/a', '/b', '/c'])
  expect(report.holes).toEqual({ count: 3, bytes: 75_100 })
  expect(report.skipped.examples).toEqual([`line 2: not a line of an access log: ${cut}`])
})

it('a hole at the start of a line does not change line numbers', async () => {
  const content = `${hole(100)}${entry('/a')}\n${hole(100)}no request\n`
  const { report } = await readTrace(write('numbered.log', content), { format: 'common' })
  expect(report.skipped.examples).toEqual(['line 2: not a line of an access log: no request'])
})

it('treats fewer than 16 NULs as text', async () => {
  const file = write('few.csv', `0,get,a${hole(HOLE_BYTES - 1)}b\n1,get,a\0b\n2,get,ab\n`)
  expect((await readTrace(file)).report).toMatchObject({ keys: 3, holes: { count: 0, bytes: 0 } })
})

it('treats NULs in a binary format as ordinary keys', async () => {
  const zeros = Buffer.alloc(40)
  const byName = await readTrace(write('zeros.be32', zeros))
  expect(byName.report).toMatchObject({ requests: 10, keys: 1, holes: { count: 0 } })
  expect((await readTrace(write('zeros.bin', zeros), { format: 'be64' })).report.requests).toBe(5)
})

it('refuses a file with only NULs, or with no request besides them', async () => {
  await expect(readTrace(write('nuls', hole(1_000)))).rejects.toThrow('it holds only NUL bytes')
  await expect(readTrace(write('nuls', hole(1_000)), { format: 'common' })).rejects.toThrow(
    /read as common, holds no request\nPassed over 1,000 NUL bytes in 1 run/,
  )
})

it('gives the same text and counts for any division into chunks', async () => {
  const runs = fc.array(fc.oneof(fc.constantFrom('a', 'b\n', '\n'), fc.integer({ min: 1, max: 40 }).map(hole)))
  await fc.assert(
    fc.asyncProperty(runs, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), async (parts, sizes) => {
      const bytes = Buffer.from(parts.join(''))
      const pass = async (chunks: AsyncIterable<Uint8Array>) => {
        const holes = new Holes()
        const left: Uint8Array[] = []
        for await (const chunk of holes.passOver(chunks)) left.push(chunk)
        return { text: Buffer.concat(left).toString(), count: holes.count, bytes: holes.bytes }
      }
      const whole = await pass(cut(bytes, [Math.max(1, bytes.length)]))
      expect(await pass(cut(bytes, sizes))).toEqual(whole)
      const long = bytes.toString().match(new RegExp(`\0{${HOLE_BYTES},}`, 'g')) ?? []
      expect(whole).toMatchObject({ count: long.length, bytes: long.join('').length })
    }),
  )
})

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; at += sizes[i++ % sizes.length]!) {
    yield bytes.subarray(at, at + sizes[i % sizes.length]!)
  }
}
