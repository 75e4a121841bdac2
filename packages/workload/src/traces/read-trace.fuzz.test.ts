import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { temporaryFiles } from '../../test/temporary-files.ts'
import { traceFormats } from './formats/index.ts'
import { readTrace } from './read-trace.ts'
import { TraceError } from './trace-error.ts'

const write = temporaryFiles()

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  // Near misses: the characters of the formats in any order.
  fc.string({
    unit: fc.constantFrom(...'0123456789,."[]/:-+ \t\n#*', 'GET ', 'get', 'Oct', ' HTTP/1.1" 200 5', '\r\n'),
    maxLength: 200,
  }),
  fc.uint8Array({ maxLength: 200 }).map((content) => gzipSync(content)),
  fc.uint8Array({ maxLength: 100 }).map((content) => zstdCompressSync(content)),
  // Magic numbers of compressions, followed by any bytes.
  fc
    .tuple(
      fc.constantFrom('1f8b08', '28b52ffd', 'fd377a585a00', '425a68', '504b0304'),
      fc.uint8Array({ maxLength: 100 }),
    )
    .map(([mark, content]) => Buffer.concat([Buffer.from(mark, 'hex'), content])),
)

it('any bytes give a sorted trace or a TraceError', async () => {
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fc.option(fc.constantFrom(...traceFormats), { nil: undefined }),
      async (content, format) => {
        const file = write('fuzz', content)
        try {
          const { requests, report } = await readTrace(file, format === undefined ? {} : { format })
          expect(report.requests).toBe(requests.length)
          expect(report.reads + report.writes + report.deletes).toBe(requests.length)
          expect(report.keys).toBe(new Set(requests.map(({ key }) => key)).size)
          expect(requests[0]?.timeMs).toBe(0)
          expect(requests.every(({ timeMs }, i) => i === 0 || timeMs >= requests[i - 1]!.timeMs)).toBe(true)
        } catch (error) {
          if (!(error instanceof TraceError)) throw error
        }
      },
    ),
    { numRuns: 500 },
  )
})

const request = fc.record(
  {
    timeUs: fc.nat(1e9),
    op: fc.constantFrom('read', 'write', 'delete'),
    key: fc.string({ unit: 'grapheme', minLength: 1 }).filter((key) => !/[\r\n]/.test(key)),
    sizeBytes: fc.nat(),
  },
  { requiredKeys: ['timeUs', 'op', 'key'] },
)

it('requests written in the text format are read back unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 30 }), async (written) => {
      const sorted = written.toSorted((a, b) => a.timeUs - b.timeUs)
      const lines = sorted.map(({ timeUs, op, key, sizeBytes }) =>
        [timeUs / 1e6, op, `"${key.replaceAll('"', '""')}"`, ...(sizeBytes === undefined ? [] : [sizeBytes])].join(','),
      )
      const { requests } = await readTrace(write('trace.csv', lines.join('\n')))
      expect(requests).toEqual(
        sorted.map(({ timeUs, ...rest }) => ({ ...rest, timeMs: (timeUs - sorted[0]!.timeUs) / 1000 })),
      )
    }),
    { numRuns: 200 },
  )
})
