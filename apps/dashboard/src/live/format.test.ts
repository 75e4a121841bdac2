import { describe, expect, it } from 'vitest'
import { count, duration, list, milliseconds, percent, perSecond, short } from './format.ts'

describe('figures as text', () => {
  it.each([
    [0.734, '0.73 ms'],
    [0.996, '1.0 ms'],
    [4.25, '4.3 ms'],
    [9.996, '10 ms'],
    [27.4, '27 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [5_720, '5.7 s'],
    [75_000, '75 s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(duration(ms).replace('\u00a0', ' ')).toBe(text)
  })

  it('writes a dash for what was not measured, and 0 for 0', () => {
    for (const format of [count, duration, milliseconds, percent, perSecond]) {
      expect([format(Number.NaN), format(null), format(undefined)]).toEqual(['–', '–', '–'])
      expect(format(0)).toMatch(/^0/)
    }
  })

  it('groups thousands', () => {
    expect(count(1_234_567)).toBe('1,234,567')
  })

  it('writes ratios with one decimal, so that 99.96 % is not 100 %', () => {
    expect(percent(0.9994)).toBe('99.9\u00a0%')
  })

  it('writes small rates with a decimal', () => {
    expect([perSecond(0.2), perSecond(9.94), perSecond(19.6), short(0)]).toEqual(['0.2/s', '9.9/s', '20/s', '0'])
  })

  it('lists words', () => {
    expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c'])
  })
})
