import { describe, expect, it } from 'vitest'
import type { LoadsPerExpiry } from '../src/ports/strategy.ts'
import { LoadCount } from './load-count.ts'

const here = { name: 'P1', skewMs: 0, isPaused: false, isDead: false }

/** Counts the loads of one key. The test controls the time, and no clock is skewed. */
function counting(loadsPerExpiry: LoadsPerExpiry) {
  let now = 0
  const loads = new LoadCount({ staleForAtMostMs: 0, loadsPerExpiry }, () => now, [['row', []]])
  return {
    loads,
    at: (ms: number) => {
      now = ms
      loads.start()
      return loads
    },
    load: () => loads.begin(here, 'row', true)(),
    /** Fresh for `freshForMs`, but perhaps kept for longer. */
    fill: (freshForMs: number) => loads.filled('row', { freshUntil: now + freshForMs, freshForMs }),
  }
}

const once: LoadsPerExpiry = { atMost: 1, per: 'expiry' }

describe('loads per expiry', () => {
  it('a fresh entry justifies no load', () => {
    const { loads, at, load, fill } = counting(once)
    load()
    fill(100)
    at(10).leased('row', 1_000)
    load()
    expect(() => loads.check()).toThrow('loaded 2 times, for 1 causes')
  })

  it('an expired entry justifies one load, regardless of how long it is kept', () => {
    const { loads, at, load, fill } = counting(once)
    load()
    fill(100)
    at(100).leased('row', 1_000)
    load()
    loads.check()
    load()
    expect(() => loads.check()).toThrow('loaded 3 times, for 2 causes')
  })

  it('an entry refreshed early justifies one load, and none when it expires', () => {
    const { loads, at, load, fill } = counting(once)
    load()
    fill(100)
    at(90).refreshing('row', { freshUntil: 100 })
    at(90).refreshing('row', { freshUntil: 100 })
    load()
    loads.check()
    at(100).leased('row', 1_000)
    load()
    expect(() => loads.check()).toThrow('loaded 3 times, for 2 causes')
  })

  it('distinguishes a replaced entry from the refreshed one', () => {
    const { loads, at, load, fill } = counting(once)
    load()
    fill(100)
    at(50).removed('row')
    load()
    fill(100)
    at(90).refreshing('row', { freshUntil: 100 })
    loads.check()
    load()
    expect(() => loads.check()).toThrow('loaded 3 times, for 2 causes')
  })

  it('a guarantee may allow more than one load', () => {
    const { loads, load } = counting({ atMost: 2, per: 'expiry' })
    load()
    load()
    loads.check()
    load()
    expect(() => loads.check()).toThrow('loaded 3 times, for 1 causes')
  })

  it.each<LoadsPerExpiry>([
    { atMost: 1, per: 'process' },
    { atMost: 1, per: 'read' },
    { expected: 1, per: 'expiry' },
  ])('%o does not limit a single schedule', (guarantee) => {
    const { loads, load } = counting(guarantee)
    for (let n = 0; n < 10; n++) load()
    expect(() => loads.check()).not.toThrow()
  })
})

it.each<[LoadsPerExpiry, number]>([
  [once, 1],
  [{ atMost: 2, per: 'process' }, 2],
  [{ expected: 1.5, per: 'expiry' }, 1],
  [{ atMost: 1, per: 'read' }, 10],
])('%o lets a process run %i loads of a key at the same time', (guarantee, most) => {
  const { loads } = counting(guarantee)
  for (let n = 0; n < most; n++) loads.begin(here, 'row', true)
  const oneMore = () => loads.begin(here, 'row', true)
  if (most < 10) expect(oneMore).toThrow('at the same time')
  else expect(oneMore).not.toThrow()
})
