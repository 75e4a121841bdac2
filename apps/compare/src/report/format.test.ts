import { describe, expect, it } from 'vitest'
import { spreadOf } from '../spread.ts'
import { formatFigure, formatMs, formatSpread } from './format.ts'

describe('formatSpread', () => {
  it('gives the range the digits of the median', () => {
    expect(formatSpread('hitRatio', spreadOf([0.482, 0.479, 0.486]))).toEqual({
      median: '48.2 %',
      range: '[47.9–48.6]',
    })
    expect(formatSpread('readP99Ms', spreadOf([3.412, 0.98, 12.3]))).toEqual({ median: '3.41', range: '[0.98–12.30]' })
  })

  it('leaves out the range if all runs show the same figure', () => {
    expect(formatSpread('staleReadRatio', spreadOf([0, 0, 0]))).toEqual({ median: '0' })
  })

  it('shows the range if most runs are 0', () => {
    expect(formatSpread('staleReadRatio', spreadOf([0, 0, 0.0004]))).toEqual({ median: '0', range: '[0–0.040]' })
  })

  it('does not round a share to 0 or 100 %', () => {
    expect(formatFigure('consistentAfter1S', 0.9996)).toBe('99.960 %')
    expect(formatFigure('staleReadRatio', 0.0002)).toBe('0.020 %')
  })

  it('shows – for an unknown figure', () => {
    expect(formatSpread('missP50Ms', undefined)).toEqual({ median: '–' })
    expect(formatFigure('missP50Ms', null)).toBe('–')
  })
})

describe('formatMs', () => {
  it('uses seconds from 1 s on', () => {
    expect([50, 999, 1_000, 1_500, 25_000].map(formatMs)).toEqual(['50 ms', '999 ms', '1 s', '1.5 s', '25 s'])
  })
})
