import { describe, expect, it } from 'vitest'
import type { Lookup } from '../ports/store.ts'
import { NearEntries } from './near-entries.ts'

const NO_EPOCHS: Lookup['epochs'] = []
const epoch = (n: number) => Buffer.alloc(8, n)

function opened() {
  const near = new NearEntries(100_000)
  const keep = (attempt: ReturnType<NearEntries['ask']>, text: string | undefined, epochs = NO_EPOCHS) =>
    near.keep(attempt, [{ bytes: text === undefined ? undefined : Buffer.from(text), epochs }], () => 100)
  const found = (key: string, tags: readonly string[] = [], now = 0) => near.find(key, tags, now)?.bytes?.toString()
  return { near, keep, found }
}

describe('a copy', () => {
  it('is found, with the same memo each time, until it ends', () => {
    const { near, keep, found } = opened()
    keep(near.ask(['k'], []), 'v1')
    expect(found('k')).toBe('v1')
    expect(near.find('k', [], 0)!.memo).toBe(near.find('k', [], 1)!.memo)
    expect([near.find('k', [], 99) !== undefined, near.find('k', [], 100) !== undefined, found('k', [], 100)]).toEqual([
      true,
      false,
      undefined,
    ])
  })

  it('of nothing, or of a value that is not to be kept, is none', () => {
    const { near, keep, found } = opened()
    keep(near.ask(['k'], []), undefined)
    near.keep(near.ask(['other'], []), [{ bytes: Buffer.from('v1'), epochs: NO_EPOCHS }], () => undefined)
    expect([found('k'), found('other')]).toEqual([undefined, undefined])
  })

  it.each(['a slice', 'the whole'])('leaves the bytes of the lookup to its caller, %s of a buffer', (what) => {
    const { near } = opened()
    const bytes = what === 'a slice' ? Buffer.from('v1') : Buffer.from(new Uint8Array([118, 49]).buffer)
    near.keep(near.ask(['k'], []), [{ bytes, epochs: NO_EPOCHS }], () => 100)
    near.dropEntry('k')
    expect(bytes.toString()).toBe('v1')
  })

  it('is made once of a reply that several lookups share', () => {
    const { near } = opened()
    const attempts = [near.ask(['k'], []), near.ask(['k', 'k'], [])]
    const found = { bytes: Buffer.from('v1'), epochs: NO_EPOCHS }
    for (const attempt of attempts) near.keep(attempt, [found, found], () => 100)
    const { memo } = near.find('k', [], 0)!
    near.keep(attempts[1]!, [found, found], () => 100)
    expect(near.find('k', [], 0)!.memo).toBe(memo)
  })

  it('of each of several keys is that of its own', () => {
    const { near, found } = opened()
    const lookups = ['v1', 'v2'].map((text) => ({ bytes: Buffer.from(text), epochs: NO_EPOCHS }))
    near.keep(near.ask(['a', 'b'], []), lookups, () => 100)
    expect([found('a'), found('b')]).toEqual(['v1', 'v2'])
  })

  it('makes room for others', () => {
    const near = new NearEntries(10_000)
    for (let i = 0; i < 100; i++) {
      near.keep(near.ask([`k${i}`], []), [{ bytes: Buffer.alloc(1_000), epochs: NO_EPOCHS }], () => 100)
    }
    const kept = Array.from({ length: 100 }, (_, i) => near.find(`k${i}`, [], 0) !== undefined).filter(Boolean)
    expect(kept).toHaveLength(6)
  })

  it('with tags is found only with the epochs of all of them', () => {
    const { near, keep } = opened()
    keep(near.ask(['k'], ['a', 'b']), 'v1', [epoch(1), undefined])
    expect([near.find('k', ['a'], 0)?.epochs, near.find('k', ['a', 'b'], 0) !== undefined]).toEqual([[epoch(1)], false])
    keep(near.ask(['k'], ['b']), 'v1', [epoch(2)])
    expect(near.find('k', ['a', 'b'], 0)).toMatchObject({ bytes: Buffer.from('v1'), epochs: [epoch(1), epoch(2)] })
    near.dropEpoch('a')
    expect(near.find('k', ['a', 'b'], 0)).toBeUndefined()
    expect(near.find('k', ['b'], 0) !== undefined).toBe(true)
  })
})

describe('is not kept', () => {
  it('if the key was dropped since its lookup began', () => {
    const { near, keep, found } = opened()
    const attempt = near.ask(['k'], [])
    near.dropEntry('k')
    keep(attempt, 'v1')
    expect(found('k')).toBeUndefined()
  })

  it('if everything was dropped since then', () => {
    const { near, keep, found } = opened()
    const attempt = near.ask(['k'], ['t'])
    near.clear()
    keep(attempt, 'v1', [epoch(1)])
    expect([found('k'), near.find('k', ['t'], 0) !== undefined]).toEqual([undefined, false])
  })

  it('if the key was dropped since then, though another lookup of it has begun', () => {
    const { near, keep, found } = opened()
    const first = near.ask(['k'], ['t'])
    near.dropEntry('k')
    near.dropEpoch('t')
    const second = near.ask(['k'], ['t'])
    keep(first, 'v1', [epoch(1)])
    expect(found('k')).toBeUndefined()
    keep(second, 'v2', [epoch(2)])
    expect(near.find('k', ['t'], 0)).toMatchObject({ bytes: Buffer.from('v2'), epochs: [epoch(2)] })
  })

  it('in place of what a later lookup has found', () => {
    const { near, keep, found } = opened()
    const [early, late] = [near.ask(['k'], ['t']), near.ask(['k'], ['t'])]
    keep(late, 'v2', [epoch(2)])
    keep(early, 'v1', [epoch(1)])
    expect([found('k'), near.find('k', ['t'], 0)?.epochs]).toEqual(['v2', [epoch(2)]])
  })

  it('for a tag that was dropped, while the entry is', () => {
    const { near, keep } = opened()
    const attempt = near.ask(['k'], ['t'])
    near.dropEpoch('t')
    keep(attempt, 'v1', [epoch(1)])
    expect([near.find('k', [], 0) !== undefined, near.find('k', ['t'], 0) !== undefined]).toEqual([true, false])
  })
})

describe('is kept', () => {
  it('although other lookups of it began later, or have failed', () => {
    const { near, keep, found } = opened()
    const [failed, first] = [near.ask(['k'], ['t']), near.ask(['k'], ['t'])]
    near.forget(failed)
    near.ask(['k'], ['t'])
    keep(first, 'v1', [epoch(1)])
    expect([found('k'), near.find('k', ['t'], 0)?.epochs]).toEqual(['v1', [epoch(1)]])
  })

  it('if it was dropped before its lookup began', () => {
    const { near, keep, found } = opened()
    const old = near.ask(['k'], [])
    near.dropEntry('k')
    const attempt = near.ask(['k'], [])
    near.forget(old)
    keep(attempt, 'v1')
    expect(found('k')).toBe('v1')
  })
})
