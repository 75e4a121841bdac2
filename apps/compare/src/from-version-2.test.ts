import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { comparisonSchema } from './comparison.ts'
import { fromVersion2 } from './from-version-2.ts'

const text = readFileSync(new URL('../../../docs/runs/compare-cheap-reads.json', import.meta.url), 'utf8')
const stored = () => JSON.parse(text)

function converted(store: string, promise: object) {
  const kept = { schemaVersion: 2, strategies: [{ name: 'one', store, promise }] }
  return (fromVersion2(kept) as { strategies: { promise: unknown }[] }).strategies[0]!.promise
}
const promise = {
  staleForAtMostMs: 5_000,
  loadsPerExpiry: 'one at a time per process',
  readAfterWrite: true,
  mayLoseWrites: false,
}
const current = {
  staleForAtMostMs: 5_000,
  readAfterWrite: true,
  readAfterWriteOf: 'keys and tags',
  where: 'every process',
  loadsPerExpiry: { atMost: 1, per: 'process' },
  mayLoseWrites: false,
}

describe('fromVersion2', () => {
  it('converts the guarantees of a stored run', () => {
    expect(stored().schemaVersion).toBe(2)
    const { schemaVersion, strategies } = comparisonSchema.parse(stored())
    const of = strategies.map(({ name, promise: { readAfterWrite, readAfterWriteOf } }) => [
      name,
      readAfterWrite,
      readAfterWriteOf,
    ])
    expect(schemaVersion).toBe(3)
    expect(of).toEqual([
      ['no-cache', true, 'keys and tags'],
      ['cache-aside', false, 'none'],
      ['manual-invalidation', true, 'keys and tags'],
      ['write-through', true, 'keys and tags'],
    ])
  })

  it('leaves naive forms without a guarantee', () => {
    const naive = { ...promise, breaks: 'a load that began before a write may be kept' }
    const none = { readAfterWrite: false, readAfterWriteOf: 'none', breaks: naive.breaks }
    expect(converted('redis', naive)).toEqual({ ...current, ...none })
  })

  it('keeps everything else', () => {
    const { schemaVersion: _v, strategies: _s, ...rest } = stored()
    expect(fromVersion2(stored())).toMatchObject(rest)
  })

  it('converts loads per expiry to data', () => {
    expect(converted('redis', promise)).toEqual(current)
    expect(converted('redis', { ...promise, loadsPerExpiry: 'one' })).toMatchObject({
      loadsPerExpiry: { atMost: 1, per: 'expiry' },
    })
    expect(converted('none', { ...promise, loadsPerExpiry: 'one per read' })).toMatchObject({
      where: 'every process',
      loadsPerExpiry: { atMost: 1, per: 'read' },
    })
  })

  it('limits a store in memory to one process', () => {
    expect(converted('memory', promise)).toEqual({ ...current, readAfterWrite: false, where: 'this process' })
  })

  it('leaves other shapes to the schema, and version 3 unchanged', () => {
    const other = { ...promise, loadsPerExpiry: 'two' }
    expect(converted('redis', other)).toEqual(other)
    const parsed = comparisonSchema.parse(stored())
    expect(fromVersion2(parsed)).toBe(parsed)
    expect([null, 'text', { schemaVersion: 1 }].map(fromVersion2)).toEqual([null, 'text', { schemaVersion: 1 }])
  })
})
