import { expect, it } from 'vitest'
import { isFlat, trendOf } from './trend.ts'

const samples = (value: (i: number) => number) =>
  Array.from({ length: 60 }, (_, i) => ({ atMs: i * 60_000, value: value(i) }))

it('finds the slope of a line, without error', () => {
  const { perHour, standardError } = trendOf(samples((i) => 100 + 2 * i))
  expect(perHour).toBeCloseTo(120)
  expect(standardError).toBeCloseTo(0)
})

it('considers a sawtooth flat, and a rising sawtooth a leak', () => {
  const saw = (i: number) => 50 + 30 * ((i % 7) / 7)
  expect(isFlat(trendOf(samples(saw)), 1)).toBe(true)
  expect(isFlat(trendOf(samples((i) => saw(i) + i)), 1)).toBe(false)
})

it('accepts growth below the bound', () => {
  expect(isFlat(trendOf(samples((i) => i / 60)), 2)).toBe(true)
  expect(isFlat(trendOf(samples((i) => i / 6)), 2)).toBe(false)
})
