import { describe, expect, it } from 'vitest'
import { type Answer, fastest, sparing, stale } from './answer-texts.ts'

const of = (values: Readonly<Record<string, number>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }))
const text = (answer: Answer) => answer.text.replaceAll('\u00a0', ' ')

const known = (writes: number) => ({ writes, areKnown: true })

describe('the fastest', () => {
  it('is named with its mean, and compared with no-cache', () => {
    const answer = fastest(of({ tiered: 2, 'no-cache': 30 }))
    expect(answer.winner).toBe('tiered')
    expect(text(answer)).toBe('On average, a read takes 2.0 ms, 15 times faster than no-cache.')
  })

  it('is not named alone if others are equal', () => {
    expect(fastest(of({ tiered: 2, xfetch: 2.1, 'stampede-lock': 2.19, 'no-cache': 30 })).winner).toBe(
      'tiered and 2 more',
    )
    expect(sparing(of({ tiered: 0.1, xfetch: 0.1, 'no-cache': 1 })).winner).toBe('tiered and 1 more')
  })
})

describe('stale values', () => {
  const found = [
    { name: 'cache-aside', reads: 60, maxMs: 1_500 },
    { name: 'naive-lock', reads: 3, maxMs: 9_500 },
  ]

  it('are counted, with the longest time since one had been replaced', () => {
    const answer = stale(found, 3, known(5))
    expect(answer.winner).toBe('cache-aside and 1 more')
    expect(text(answer)).toBe('63 reads returned a value that had been replaced, up to 9.5 s earlier.')
    expect(answer.note).toContain('The other one served none.')
  })

  it('have bars as long as their number of reads, which orders them', () => {
    expect(stale(found, 3, known(5)).bars.map(({ length }) => length)).toEqual([1, 0.05])
  })

  it('come first, even if no write was counted', () => {
    expect(stale(found, 3, known(0)).winner).toBe('cache-aside and 1 more')
  })

  it('cannot be there without reads or writes', () => {
    expect(stale([], 0, known(5))).toMatchObject({ winner: '–', text: 'Too few reads to tell.' })
    expect(stale([], 3, known(0))).toMatchObject({
      winner: '–',
      text: 'Nothing was written, so no value could be stale.',
    })
    expect(stale([], 3, { writes: 1, areKnown: false })).toMatchObject({
      winner: '–',
      text: expect.stringMatching(/^Not counted/),
    })
    expect(stale([], 3, known(1))).toMatchObject({
      winner: 'None',
      text: 'No read returned a value that had been replaced.',
    })
  })
})
