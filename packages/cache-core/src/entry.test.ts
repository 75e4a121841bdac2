import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Entry, encodeEntry, identityOf, newEpoch } from './entry.ts'

const parts = {
  payload: Buffer.from('payload'),
  loadedAt: 1_000.5,
  freshUntil: 61_000.25,
  loadMs: 12.5,
  epochs: [newEpoch(), newEpoch()],
}

it('gives back what went in', () => {
  const bytes = encodeEntry(parts)
  const entry = Entry.decode(bytes)!
  expect(entry).toMatchObject({ isAbsent: false, loadedAt: 1_000.5, freshUntil: 61_000.25, loadMs: 12.5 })
  expect(entry.payload).toEqual(parts.payload)
})

it('hands out a view of the payload, not a copy', () => {
  const bytes = encodeEntry(parts)
  expect(Entry.decode(bytes)!.payload.buffer).toBe(bytes.buffer)
})

it('tells an absent value from an empty one', () => {
  expect(Entry.decode(encodeEntry({ ...parts, payload: undefined }))!.isAbsent).toBe(true)
  expect(Entry.decode(encodeEntry({ ...parts, payload: Buffer.alloc(0) }))!.isAbsent).toBe(false)
})

it('is usable only while every tag has the epoch from before the load', () => {
  const entry = Entry.decode(encodeEntry(parts))!
  const [first, second] = parts.epochs as [Buffer, Buffer]
  expect(entry.hasEpochs([first, second])).toBe(true)
  for (const other of [[first], [second, first], [first, undefined], [first, newEpoch()], [first, second, first], []]) {
    expect(entry.hasEpochs(other)).toBe(false)
  }
})

it('gives every entry an identity of its own', () => {
  expect(identityOf(encodeEntry(parts))).not.toEqual(identityOf(encodeEntry(parts)))
})

it('finds no entry in arbitrary bytes, and throws for none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(Entry.decode(Buffer.from(bytes))).toBeUndefined()
      identityOf(Buffer.from(bytes))
    }),
    { numRuns: 20_000 },
  )
})

it('finds no entry where a bit of the header was flipped, or the end is missing or too long', () => {
  const bytes = encodeEntry(parts)
  for (let bit = 0; bit < 40 * 8; bit++) {
    const damaged = Buffer.from(bytes)
    damaged[bit >> 3]! ^= 1 << (bit & 7)
    expect(Entry.decode(damaged), `bit ${bit}`).toBeUndefined()
  }
  for (let length = 0; length < bytes.length; length++) expect(Entry.decode(bytes.subarray(0, length))).toBeUndefined()
  expect(Entry.decode(Buffer.concat([bytes, Buffer.from('x')]))).toBeUndefined()
})
