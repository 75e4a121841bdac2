import { describe, expect, it } from 'vitest'
import { races } from './race.ts'
import { labelOf, sentenceOf } from './wording.ts'

const steps = races
  .flatMap(({ rows }) => rows.flatMap(({ broken, guarded }) => [broken, guarded]))
  .filter((step) => !!step)

describe('sentenceOf', () => {
  it('has a sentence for every step of every race', () => {
    for (const step of steps) expect(sentenceOf(step)).toMatch(/^[A-Z0-9].*\.$/)
  })

  it('says who does what, and the answer', () => {
    expect(sentenceOf({ by: 'R', text: 'fill row with v1 → refused' })).toBe(
      'R tries to fill v1. The cache refuses, since R no longer has the lease.',
    )
    expect(sentenceOf({ by: 'P1 afterwards', text: 'returns v2 (hit)' })).toBe(
      'A later reader in P1 returns v2, from the cache.',
    )
    expect(sentenceOf({ by: 'outbox', text: 'invalidate row' })).toBe(
      'The outbox’s relay invalidates the row in the cache.',
    )
  })

  it('fails for an unknown step', () => {
    expect(() => sentenceOf({ by: 'R', text: 'dances' })).toThrow('no sentence for "dances"')
  })
})

describe('labelOf', () => {
  it('separates the answer from the action', () => {
    expect(labelOf({ by: 'R', text: 'get list, rows → v1, epoch 1' })).toEqual({
      action: 'get list, rows',
      answer: 'v1, epoch 1',
    })
    expect(labelOf({ by: 'R', text: 'begins' })).toEqual({ action: 'begins' })
  })

  it('says what a fault does to its target', () => {
    const faults = ['kills P1', 'pauses P2', 'wakes P1', 'evicts entry row', "refuses W's invalidate row"]
    expect(faults.map((text) => labelOf({ by: 'adversary', text }).action)).toEqual([
      'P1 is killed',
      'P2 is paused',
      'P1 wakes',
      'the entry is evicted',
      'W’s “invalidate row” is refused',
    ])
  })
})
