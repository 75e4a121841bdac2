import { describe, expect, it } from 'vitest'
import { Ring } from './ring.ts'

const filled = (capacity: number, numbers: number) => {
  const ring = new Ring(capacity)
  for (let i = 1; i <= numbers; i++) ring.push(i)
  return ring
}

describe('Ring', () => {
  it('gives the last numbers, oldest first', () => {
    expect([...filled(5, 3).latest(2)]).toEqual([2, 3])
  })

  it('gives as many as there are', () => {
    expect([...filled(5, 3).latest(10)]).toEqual([1, 2, 3])
    expect([...new Ring(5).latest(3)]).toEqual([])
  })

  it.each([4, 5, 6, 9, 10, 11, 27])('keeps only the newest of %i numbers, in order', (numbers) => {
    const ring = filled(5, numbers)
    const expected = Array.from({ length: Math.min(5, numbers) }, (_, i) => Math.max(0, numbers - 5) + i + 1)
    expect([...ring.latest(5)]).toEqual(expected)
    expect(ring.length).toBe(expected.length)
  })

  it('leaves out the newest numbers', () => {
    expect([...filled(5, 12).latest(2, 3)]).toEqual([8, 9])
    expect([...filled(5, 12).latest(5, 3)]).toEqual([8, 9])
    expect([...filled(5, 12).latest(2, 5)]).toEqual([])
    expect([...filled(5, 12).latest(2, 9)]).toEqual([])
  })

  it('allocates nothing as it grows: all views share one buffer', () => {
    const ring = filled(5, 3)
    const { buffer } = ring.latest(1)
    for (let i = 0; i < 100; i++) ring.push(i)
    expect(ring.latest(5).buffer).toBe(buffer)
  })
})
