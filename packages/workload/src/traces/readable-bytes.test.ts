import fc from 'fast-check'
import { expect, it } from 'vitest'
import { temporaryFiles } from '../../test/temporary-files.ts'
import { readTrace } from './read-trace.ts'
import { readableBytes } from './readable-bytes.ts'

const write = temporaryFiles()

it('two paths in a Latin-1 access log are two keys', async () => {
  const entry = (path: string) => `192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] "GET ${path} HTTP/1.1" 200 512\n`
  const log = Buffer.from(entry('/\xe9') + entry('/\xe8') + entry('/\xe9'), 'latin1')
  const { requests } = await readTrace(write('latin1.log', Buffer.concat([log, Buffer.from(entry('/é'))])))
  expect(requests.map(({ key }) => key)).toEqual(['/\ufffde9', '/\ufffde8', '/\ufffde9', '/é'])
})

it.each(['', 'ключ', '/caf\u00e9', '\u{1f600}', '\ud7ff\ue000\u{10ffff}', 'lost: \ufffd', '\ufffdxy'])(
  'does not change UTF-8: %j',
  (text) => expect(readableBytes(Buffer.from(text))).toBe(text),
)

it.each([
  ['ff', '\ufffdff'],
  ['c328', '\ufffdc3('],
  ['c080', '\ufffdc0\ufffd80'],
  ['eda080', '\ufffded\ufffda0\ufffd80'],
  ['f4908080', '\ufffdf4\ufffd90\ufffd80\ufffd80'],
  ['c3a9e2828a', 'é\u208a'],
  ['c3a9e282', 'é\ufffde2\ufffd82'],
  // Looks like an escape, but is not one.
  ['efbfbd6539', '\ufffdef\ufffdbf\ufffdbde9'],
])('the bytes %s become %j', (hex, text) => expect(readableBytes(Buffer.from(hex, 'hex'))).toBe(text))

it('different bytes become different, well-formed text', () => {
  const byte = fc.constantFrom(0x65, 0x39, 0x41, 0x80, 0xbd, 0xbf, 0xc3, 0xa9, 0xe9, 0xed, 0xef, 0xf0, 0xff)
  const bytes = fc.array(
    fc.oneof(
      byte.map((one) => [one]),
      fc.constant([0xef, 0xbf, 0xbd]),
    ),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const [a, b] = [Buffer.from(one.flat()), Buffer.from(other.flat())]
      expect(readableBytes(a) === readableBytes(b)).toBe(a.equals(b))
      expect(readableBytes(a).isWellFormed()).toBe(true)
    }),
    { numRuns: 5_000 },
  )
})
