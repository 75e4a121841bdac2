/** The charts of a lane: what each draws, and the scale that all lanes share. */
import { count, duration, percent } from './format.ts'
import type { Series } from './history.ts'
import { niceMax } from './nice-scale.ts'

export type Ink = 'hit' | 'wait' | 'stale' | 'calls'

export interface Curve {
  readonly from: Series
  /** Hits are lines and waits are dots, so that they can be told apart without colour. */
  readonly shape: 'area' | 'line' | 'thin line' | 'dots' | 'rings' | 'bars'
  readonly ink: Ink
}

export interface Measure {
  readonly name: 'hit-ratio' | 'time' | 'loads' | 'stale' | 'calls'
  readonly title: string
  readonly hint: string
  readonly curves: readonly Curve[]
  /** The lower end. Above 0: the scale is logarithmic. */
  readonly min: number
  /** The upper end for this largest number. */
  readonly maxFor: (largest: number) => number
  readonly format: (value: number) => string
  /** The lines of marks are in all charts, their labels in the widest. */
  readonly labelsMarks?: true
}

export const measures: readonly Measure[] = [
  {
    name: 'hit-ratio',
    title: 'Hit ratio',
    hint: 'more is better',
    curves: [{ from: 'hitRatio', shape: 'area', ink: 'hit' }],
    min: 0,
    maxFor: () => 1,
    format: (value) => percent(value).replace('.0', ''),
  },
  {
    name: 'time',
    title: 'Read time, p50 / p99',
    hint: 'log scale; less is better',
    curves: [
      { from: 'hitP99', shape: 'thin line', ink: 'hit' },
      { from: 'waitP99', shape: 'rings', ink: 'wait' },
      { from: 'waitP50', shape: 'dots', ink: 'wait' },
      { from: 'hitP50', shape: 'line', ink: 'hit' },
    ],
    min: 0.01,
    maxFor: (largest) => niceMax(largest, 100),
    format: duration,
    labelsMarks: true,
  },
  {
    name: 'loads',
    title: 'Database loads',
    hint: 'per second; less is better',
    curves: [{ from: 'loads', shape: 'area', ink: 'wait' }],
    min: 0,
    maxFor: (largest) => niceMax(largest, 10),
    format: (value) => `${count(value)}/s`,
  },
  {
    name: 'stale',
    title: 'Stale values served',
    hint: 'longest time since replaced; none is best',
    curves: [{ from: 'staleMaxMs', shape: 'bars', ink: 'stale' }],
    min: 0,
    maxFor: (largest) => niceMax(largest, 1_000),
    format: duration,
  },
  {
    name: 'calls',
    title: 'Cache calls',
    hint: 'per second; less is cheaper',
    curves: [{ from: 'calls', shape: 'area', ink: 'calls' }],
    min: 0,
    maxFor: (largest) => niceMax(largest, 10),
    format: (value) => `${count(value)}/s`,
  },
]
