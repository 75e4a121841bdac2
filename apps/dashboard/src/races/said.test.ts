import { describe, expect, it } from 'vitest'
import { races } from './race.ts'
import { saidOf } from './said.ts'

const race = (id: string) => races.find((each) => each.id === id)!

describe('saidOf', () => {
  it('says whether an invalidation revokes the lease', () => {
    const { row } = race('stale-set').decidedBy
    expect(saidOf(race('stale-set'), 'broken', row)).toBe('W invalidates the row in the cache. R keeps its lease.')
    expect(saidOf(race('stale-set'), 'guarded', row)).toBe('W invalidates the row in the cache. R’s lease is revoked.')
  })

  it('says that a kept list is already invalid', () => {
    const row = race('tag-race').decidedBy.row + 1
    expect(saidOf(race('tag-race'), 'broken', row)).not.toContain('But')
    expect(saidOf(race('tag-race'), 'guarded', row)).toContain('But its epoch is not the tag’s any more')
  })

  it('says what went wrong at the end of the form without the safeguard, and after it', () => {
    const { rows } = race('stale-set')
    const wrong = 'A later reader in P1 got v1, though v2 was acknowledged before it began.'
    expect(saidOf(race('stale-set'), 'broken', 13)).toBe(wrong)
    expect(saidOf(race('stale-set'), 'broken', rows.length - 1)).toBe(`This run has ended. ${wrong}`)
    expect(saidOf(race('dead-holder'), 'broken', 6)).toBe('2925 ms pass. R2 has no answer after 600 steps.')
  })

  it('says that nothing happens where only the other form acts', () => {
    expect(saidOf(race('stale-set'), 'broken', 10)).toBe('Nothing happens at this step.')
  })
})
