import { describe, expect, it } from 'vitest'
import { presentId } from './present-id.ts'

describe('presentId', () => {
  it.each([
    [3, [], 3],
    [3, [4], 3],
    [3, [3], 4],
    [3, [3, 4], 5],
    [5, [5], 1],
    [5, [5, 1], 2],
  ])('of %d with %j missing, of 5 posts, is %d', (id, missing, chosen) => {
    expect(presentId(id, 5, new Set(missing))).toBe(chosen)
  })
})
