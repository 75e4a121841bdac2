import { expect, it } from 'vitest'
import { Entry, encodeEntry, identityOf, newEpoch } from './entry.ts'

const parts = {
  key: 'post:42',
  payload: Buffer.from('payload'),
  loadedAt: 1_000.5,
  freshUntil: 61_000.25,
  loadMs: 12.5,
  epochs: [newEpoch(), newEpoch()],
}

it('decodes to its encoded parts', () => {
  const bytes = encodeEntry(parts)
  const entry = Entry.decode(bytes, 'post:42')!
  expect(entry).toMatchObject({ isAbsent: false, loadedAt: 1_000.5, freshUntil: 61_000.25, loadMs: 12.5 })
  expect(entry.payload).toEqual(parts.payload)
})

it('returns a view of the payload, not a copy', () => {
  const bytes = encodeEntry(parts)
  expect(Entry.decode(bytes, 'post:42')!.payload.buffer).toBe(bytes.buffer)
})

it('distinguishes an absent value from an empty one', () => {
  expect(Entry.decode(encodeEntry({ ...parts, payload: undefined }), 'post:42')!.isAbsent).toBe(true)
  expect(Entry.decode(encodeEntry({ ...parts, payload: Buffer.alloc(0) }), 'post:42')!.isAbsent).toBe(false)
})

it('is usable only while every tag has the epoch from before the load', () => {
  const entry = Entry.decode(encodeEntry(parts), 'post:42')!
  const [first, second] = parts.epochs as [Buffer, Buffer]
  expect(entry.hasEpochs([first, second])).toBe(true)
  for (const other of [[first], [second, first], [first, undefined], [first, newEpoch()], [first, second, first], []]) {
    expect(entry.hasEpochs(other)).toBe(false)
  }
})

it('gives every entry its own identity', () => {
  expect(identityOf(encodeEntry(parts))).not.toEqual(identityOf(encodeEntry(parts)))
})

it('rejects an entry with a flipped bit in the header, or with a missing or extra end', () => {
  const bytes = encodeEntry(parts)
  for (let bit = 0; bit < 40 * 8; bit++) {
    const damaged = Buffer.from(bytes)
    damaged[bit >> 3]! ^= 1 << (bit & 7)
    expect(Entry.decode(damaged, 'post:42'), `bit ${bit}`).toBeUndefined()
  }
  for (let length = 0; length < bytes.length; length++)
    expect(Entry.decode(bytes.subarray(0, length), 'post:42')).toBeUndefined()
  expect(Entry.decode(Buffer.concat([bytes, Buffer.from('x')]), 'post:42')).toBeUndefined()
})

it('rejects an entry under another key', () => {
  const bytes = encodeEntry(parts)
  for (const key of ['post:43', 'post:4', 'post:420', 'qost:42', '', 'ŷost:42']) {
    expect(Entry.decode(bytes, key), key).toBeUndefined()
  }
})
