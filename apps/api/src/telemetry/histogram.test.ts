import { array, assert, constantFrom, integer, oneof, property } from 'fast-check'
import { expect, it } from 'vitest'
import { HIGHEST, Histogram } from './histogram.ts'

/** As many of each size as of any other. */
const value = integer({ min: 0, max: 27 }).chain((bits) => integer({ min: 1, max: Math.min(2 ** bits, HIGHEST) }))
const values = array(value, { minLength: 1, maxLength: 300 })
const percents = [0, 1, 50, 95, 99, 99.9, 100]

function histogramOf(recorded: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const each of recorded) histogram.record(each)
  return histogram
}

it('gives each percentile of a sorted array, at most 1/128 too high; the mean and the count exactly', () => {
  assert(
    property(values, constantFrom(...percents), (recorded, percent) => {
      const sorted = recorded.toSorted((a, b) => a - b)
      const exact = sorted[Math.max(0, Math.ceil((percent * sorted.length) / 100) - 1)]!
      const histogram = histogramOf(recorded)
      const found = histogram.percentile(percent)!
      expect(found).toBeGreaterThanOrEqual(exact)
      expect(found).toBeLessThanOrEqual(exact * (1 + 1 / 128))
      expect(histogram.count).toBe(recorded.length)
      expect(histogram.mean).toBeCloseTo(recorded.reduce((sum, each) => sum + each, 0) / recorded.length, 3)
      expect(histogram.max).toBe(histogram.percentile(100))
    }),
  )
})

it('counts the values up to a limit, at most 1/128 above it', () => {
  assert(
    property(values, value, (recorded, limit) => {
      const count = histogramOf(recorded).countUpTo(limit)
      expect(count).toBeGreaterThanOrEqual(recorded.filter((each) => each <= limit).length)
      expect(count).toBeLessThanOrEqual(recorded.filter((each) => each <= limit * (1 + 1 / 128)).length)
    }),
  )
})

it('sums what others reported, as if it had recorded all; taken off again, nothing is left of it', () => {
  assert(
    property(values, oneof(values, constantFrom([])), (some, more) => {
      const sent = JSON.parse(JSON.stringify(histogramOf(more).report()))
      const sum = histogramOf(some)
      sum.add(sent)
      expect(sum.report()).toEqual(histogramOf([...some, ...more]).report())
      sum.add(sent, -1)
      expect([sum.report(), sum.count]).toEqual([histogramOf(some).report(), some.length])
    }),
  )
})

it('rounds, and counts what is out of range as the nearest value within it', () => {
  const outside = histogramOf([Number.NaN, -5, 0, 0.4, 1.4, HIGHEST + 1, Number.POSITIVE_INFINITY])
  expect(outside.report()).toEqual(histogramOf([1, 1, 1, 1, 1, HIGHEST, HIGHEST]).report())
  expect(outside.max).toBe(HIGHEST)
})

it('says null before anything is recorded', () => {
  const { count, mean, max } = new Histogram()
  expect([count, mean, max, new Histogram().percentile(50)]).toEqual([0, null, null, null])
})
