import { describe, expect, it } from 'vitest'
import { checkWaits, type SteadyRead } from './steady-reads.ts'

const read = (cache: string | null, cacheMs: number, status = 200): SteadyRead => ({
  startedAt: 0,
  status,
  cache,
  ms: cacheMs,
  cacheMs,
})
const waits = (count: number, cacheMs: number) => Array.from({ length: count }, () => read('BYPASS', cacheMs))

function problems(reads: readonly SteadyRead[]): string[] {
  const found: string[] = []
  checkWaits({ note: () => {}, problem: (line) => found.push(line) }, reads)
  return found
}

describe('checkWaits', () => {
  it('reports if fewer than nine of ten timeouts came within the deadline plus 50 ms', () => {
    expect(problems([...waits(9, 300), ...waits(1, 600)])).toEqual([])
    expect(problems([...waits(8, 300), ...waits(2, 301)])).toEqual([
      expect.stringContaining('nine of ten after at most 301 ms'),
    ])
    expect(problems(waits(3, 301))).toHaveLength(1)
  })

  it('ignores reads that did not meet the fault', () => {
    expect(problems([...waits(1, 250), read('MISS', 400), read('BYPASS', 1)])).toEqual([])
  })

  it('reports failed reads, and that no read met the fault', () => {
    expect(problems([read('HIT', 1)])).toEqual([expect.stringContaining('proves nothing')])
    expect(problems([...waits(1, 250), read(null, Number.NaN, 503)])).toEqual([
      "1 of the drill's own reads failed, with 503",
    ])
  })
})
