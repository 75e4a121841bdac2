import fc from 'fast-check'
import { expect, it } from 'vitest'
import { streamIdNumber, streamIdOf } from './stream-id.ts'

const part = fc.bigInt(0n, 2n ** 64n - 1n)

it('compares ids as Redis does: by milliseconds, then by sequence', () => {
  expect(streamIdNumber('9-9') < streamIdNumber('10-0')).toBe(true)
  expect(streamIdNumber('10-9') < streamIdNumber('10-10')).toBe(true)
  fc.assert(
    fc.property(part, part, part, part, (ms, sequence, otherMs, otherSequence) => {
      const isLower = ms < otherMs || (ms === otherMs && sequence < otherSequence)
      expect(streamIdNumber(`${ms}-${sequence}`) < streamIdNumber(`${otherMs}-${otherSequence}`)).toBe(isLower)
    }),
  )
})

it('has an inverse', () => {
  fc.assert(
    fc.property(part, part, (ms, sequence) => {
      expect(streamIdOf(streamIdNumber(`${ms}-${sequence}`))).toBe(`${ms}-${sequence}`)
    }),
  )
})

it.each([
  '',
  '1',
  '1-',
  '-1',
  '1-2-3',
  '1-x',
  '-1-1',
  '1.5-0',
  '18446744073709551616-0',
  '0-18446744073709551616',
  ' 1-1',
])('refuses %j', (id) => {
  expect(() => streamIdNumber(id)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
})
