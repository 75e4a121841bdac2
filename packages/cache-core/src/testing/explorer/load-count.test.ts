import { describe, expect, it } from 'vitest'
import type { LoadsPerExpiry } from '../../ports/strategy.ts'
import { LoadCount } from './load-count.ts'

const here = { name: 'P1', skewMs: 0, isPaused: false, isDead: false }

/** A count of one key's loads, at a time that is told, by clocks that are right. */
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
    /** Fresh for so long, kept for longer perhaps. */
    fill: (freshForMs: number) => loads.filled('row', { freshUntil: now + freshForMs, freshForMs }),
  }
}

const once: LoadsPerExpiry = { atMost: 1, per: 'expiry' }

describe('loads per expiry', () => {
  it('an entry that is still fresh justifies none', () => {
    const { loads, at, load, fill } = counting(once)
    load()
    fill(100)
    at(10).leased('row', 1_000)
    load()
    expect(() => loads.check()).toThrow('loaded 2 times, for 1 causes')
  })

  it('an entry past its freshness justifies one, however long it is kept', () => {
    const { loads, at, load, fill } = counting(once)
    load()
    fill(100)
    at(100).leased('row', 1_000)
    load()
    loads.check()
    load()
    expect(() => loads.check()).toThrow('loaded 3 times, for 2 causes')
  })

  it('an entry that is refreshed early justifies one, and none when it expires', () => {
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

  it('an entry that is replaced meanwhile is not the one that was refreshed', () => {
    const { loads, at, load, fill } = counting(once)
    load()
    fill(100)
    at(50).voided('row')
    load()
    fill(100)
    at(90).refreshing('row', { freshUntil: 100 })
    loads.check()
    load()
    expect(() => loads.check()).toThrow('loaded 3 times, for 2 causes')
  })

  it('may be more than one', () => {
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
  ])('%o says nothing of one schedule', (guarantee) => {
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
])('%o lets a process run %i loads of a key at once', (guarantee, most) => {
  const { loads } = counting(guarantee)
  for (let n = 0; n < most; n++) loads.begin(here, 'row', true)
  const oneMore = () => loads.begin(here, 'row', true)
  if (most < 10) expect(oneMore).toThrow('at once')
  else expect(oneMore).not.toThrow()
})
