import { randomUUID } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { temporaryFiles } from '../../test/temporary-files.ts'
import { LONGEST_LINE } from './lines.ts'
import { readTrace } from './read-trace.ts'
import { TraceError } from './trace-error.ts'
import type { TraceFormat } from './trace-format.ts'

const write = temporaryFiles()
const lines = '0\n1\n2\n1\n'
/** The same lines, compressed by `xz`, which Node can't do. */
const xz = Buffer.from('/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQAHMAoxCjIKMQoAo0Q0sAABHAhEYCrIkEKZDQEAAAAAAVla', 'base64')
const long = Array.from({ length: 50_000 }, (_, i) => `${i},get,object:${(i * 7919) % 1000}\n`).join('')

describe('compressed files', () => {
  it.each([
    ['plain', lines],
    ['gzip', gzipSync(lines)],
    ['zstd', zstdCompressSync(lines)],
    ['xz', xz],
  ])('reads %s with any file name', async (_, content) => {
    const { requests } = await readTrace(write('trace.dat', content))
    expect(requests.map(({ key }) => key)).toEqual(['0', '1', '2', '1'])
  })

  it.each([
    ['gzip', gzipSync(lines)],
    ['zstd', zstdCompressSync(lines)],
    ['xz', xz],
  ])('reads all parts of %s', async (_, part) => {
    const { report } = await readTrace(write('parts', Buffer.concat([part, part, part])))
    expect(report.requests).toBe(12)
  })

  it('reads all frames of zstd, with skippable frames between them, wherever chunks end', async () => {
    const skippable = Buffer.from('502a4d1804000000ffffffff', 'hex')
    const parts = Array.from({ length: 400 }, (_, i) => [
      skippable,
      zstdCompressSync(`${lines}${'7\n'.repeat(i)}`),
    ]).flat()
    const keys = Array.from({ length: 150_000 }, () => randomUUID())
    const incompressible = zstdCompressSync(`${keys.join('\n')}\n`)
    const { report } = await readTrace(write('frames', Buffer.concat([...parts, incompressible, ...parts])))
    expect(report.requests).toBe(2 * (400 * 4 + (400 * 399) / 2) + 150_000)
  })

  it.each([
    ['gzip', gzipSync(long)],
    // As `zstd` writes it: with a checksum, without which damage can stay undetected.
    ['zstd', zstdCompressSync(long, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })],
    ['xz', xz],
  ])('refuses truncated or damaged %s and names it', async (name, content) => {
    const damaged = Buffer.from(content)
    damaged[damaged.length >> 1]! ^= 0xff
    for (const bytes of [content.subarray(0, content.length - 20), damaged]) {
      const file = write('broken', bytes)
      const error = await readTrace(file).catch((error: unknown) => error)
      expect(error).toBeInstanceOf(TraceError)
      expect(error).toMatchObject({
        message: expect.stringContaining(`${file} begins as ${name}, but is damaged`),
        cause: expect.any(Error),
      })
    }
  })

  it.each([
    ['bzip2', Buffer.from('BZh91AY&SY')],
    ['zip', Buffer.from('PK\u0003\u0004…')],
  ])('refuses %s and names the remedy', async (name, content) => {
    await expect(readTrace(write('packed', content))).rejects.toThrow(
      `is ${name}; decompress it yourself, or pack it with gzip, zstd or xz`,
    )
  })

  it('reads another xz file after one was closed early or refused', async () => {
    const prose = Buffer.from(
      '/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQAUU29tZSB0ZXh0LCBhbmQgbW9yZS4KAAAAAG1w6x8AASkVK84dCZBCmQ0BAAAAAAFZWg==',
      'base64',
    )
    const file = write('trace.xz', xz)
    await expect(readTrace(write('prose.xz', prose))).rejects.toThrow('its first lines fit none of them')
    expect((await readTrace(file, { limit: 1 })).report.requests).toBe(1)
    expect((await readTrace(file)).report.requests).toBe(4)
  })
})

describe('a TraceError refuses', () => {
  it.each([
    ['a missing file', () => 'no/such/file', 'there is no file no/such/file'],
    ['a folder', () => '.', "can't read .: EISDIR"],
    ['an empty file', () => write('empty', ''), 'is empty'],
    ['nothing, compressed', () => write('empty.gz', gzipSync('')), 'is empty'],
    ['prose', () => write('prose.md', '# A title\n\nSome text, and more.\n'), 'its first lines fit none of them'],
    ['other bytes', () => write('bytes', Buffer.from([0x1b, 0, 0x7f])), 'it is binary'],
    ['brotli, which has no mark', () => write('b.br', brotliCompressSync(lines.repeat(100))), 'has no known format'],
  ])('%s', async (_, file, message) => {
    const error = await readTrace(file()).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(TraceError)
    expect(error).toMatchObject({ message: expect.stringContaining(message) })
  })

  it('with a list of the formats', async () => {
    await expect(readTrace(write('prose.txt', 'Some text, and more.\n'))).rejects.toThrow(
      /nasa-tsv .*\n.*meta-kv .*\n.*combined .*\n.*common .*\n.*text .*\n.*keys .*\n.*be32 .*\n.*be64 /,
    )
  })

  it('a file without a valid line, with the reasons', async () => {
    await expect(readTrace(write('ms.csv', '1,scan,a\n2,scan,a\n'))).rejects.toThrow(
      'read as text, holds no request\nSkipped 2: 2 × unknown operation.\n  line 1: unknown operation: 1,scan,a',
    )
  })

  it('an endless line', async () => {
    const file = write('long.csv', `0,get,a\n${'x'.repeat(LONGEST_LINE + 1)}`)
    await expect(readTrace(file)).rejects.toThrow(/after line 1: a line is longer than \d+ bytes; is it a text file\?/)
  })

  it.each([
    [{ ratePerSecond: 0 }, 'ratePerSecond is 0'],
    [{ ratePerSecond: Number.NaN }, 'ratePerSecond is NaN'],
    [{ limit: 0 }, 'limit is 0'],
    [{ format: 'csv' as TraceFormat }, 'format is "csv"; give one of nasa-tsv'],
    [{ absent: 'no' as 'skip' }, 'absent is "no"; give one of count, skip'],
    [{ absent: 'skip' as const }, 'read as keys, has no status of the answers; omit absent'],
  ])('the options %j', async (options, message) => {
    await expect(readTrace(write('good', lines), options)).rejects.toThrow(message)
  })
})

it('stops at the limit, without reading further', async () => {
  const cut = gzipSync(long).subarray(0, -20)
  expect((await readTrace(write('cut.gz', cut), { limit: 10 })).report.requests).toBe(10)
})

it('joins lines that span chunks', async () => {
  const { report, requests } = await readTrace(write('long.csv', long))
  expect(report).toMatchObject({ requests: 50_000, keys: 1000, durationMs: 49_999_000, skipped: { total: 0 } })
  expect(requests.findIndex(({ key }, i) => key !== `object:${(i * 7919) % 1000}`)).toBe(-1)
})

it('shows at most 3 examples, truncated and without control characters, and 40 reasons', async () => {
  const methods = Array.from(
    { length: 50 },
    (_, i) => `X${String.fromCharCode(65 + (i % 26)).repeat(1 + Math.floor(i / 26))}`,
  )
  const log = methods.map(
    (method) => `h - - [10/Oct/2000:13:55:36 +0000] "${method} /\u001b[31m HTTP/1.1" 200 1 ${'x'.repeat(200)}`,
  )
  const good = 'h - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1'
  const { skipped } = (await readTrace(write('odd.log', [good, ...log].join('\n')))).report
  expect(skipped.total).toBe(50)
  expect(Object.keys(skipped.byReason)).toHaveLength(41)
  expect(skipped.byReason['other reasons']).toBe(10)
  expect(skipped.examples).toHaveLength(3)
  expect(skipped.examples[0]).toBe(`line 2: method XA: ${log[0]!.slice(0, 100).replace('\u001b', '·')}…`)
})
