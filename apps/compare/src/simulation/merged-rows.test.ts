import { expect, it } from 'vitest'
import { formatTime, roomLabel, strategiesLabel, ttlsLabel } from './labels.ts'
import { mergedRows, type Setting } from './merged-rows.ts'

interface Row extends Setting {
  readonly figure: string
}

const strategies = ['no-cache', 'cache-aside', 'stampede-lock'] as const
const given = { strategies, ttlsMs: [1_000, 60_000], capacities: [null, 10, 1_000] }

/** A row for each combination of the given settings. */
function rows(figureOf: (setting: Setting) => string): Row[] {
  const settings = strategies.flatMap((strategy) =>
    given.ttlsMs.flatMap((ttlMs) => given.capacities.map((maxEntries) => ({ strategy, ttlMs, maxEntries }))),
  )
  return settings.map((setting) => ({ ...setting, figure: figureOf(setting) }))
}

function labelsOf(figureOf: (setting: Setting) => string): string[] {
  return mergedRows(rows(figureOf), ({ figure }) => [figure]).map(({ strategies, ttlsMs, capacities, row }) =>
    [
      strategiesLabel(strategies, given),
      ttlsLabel(ttlsMs, given),
      roomLabel(capacities, given, row.figure === 'empty'),
      row.figure,
    ].join(' | '),
  )
}

it('does not merge rows with different figures', () => {
  expect(labelsOf(({ strategy, ttlMs, maxEntries }) => `${strategy} ${ttlMs} ${maxEntries}`)).toHaveLength(18)
})

it('merges capacities with the same figures', () => {
  expect(
    labelsOf(({ strategy, ttlMs, maxEntries }) => `${strategy} ${ttlMs} ${maxEntries === 10}`).slice(0, 2),
  ).toEqual(['no-cache | 1 s | 1,000 and more | no-cache 1000 false', 'no-cache | 1 s | 10 | no-cache 1000 true'])
})

it('merges strategies with the same figures at the same TTL and capacities', () => {
  expect(labelsOf(({ strategy, ttlMs }) => (strategy === 'no-cache' ? 'empty' : `cached ${ttlMs}`))).toEqual([
    'no-cache | 1 s, 1 min | any | empty',
    'cache-aside, stampede-lock | 1 s | 10 and more | cached 1000',
    'cache-aside, stampede-lock | 1 min | 10 and more | cached 60000',
  ])
})

it('does not merge strategies that are the same only at some capacities', () => {
  const figure = ({ strategy, ttlMs, maxEntries }: Setting) =>
    strategy !== 'stampede-lock' ? `${strategy} ${ttlMs}` : maxEntries === 10 ? 'other' : `cache-aside ${ttlMs}`
  expect(labelsOf(figure)).toContain('cache-aside | 1 s | 10 and more | cache-aside 1000')
  expect(labelsOf(figure)).toContain('stampede-lock | 1 s | 1,000 and more | cache-aside 1000')
})

it('says "all" if all of 3 or more are the same', () => {
  expect(labelsOf(() => 'same')).toEqual(['all 3 | 1 s, 1 min | 10 and more | same'])
})

it.each([
  [250, '250 ms'],
  [1_500, '1.5 s'],
  [90_000, '90 s'],
  [540_000, '9 min'],
  [7_200_000, '2 h'],
])('writes %i ms as %s', (ms, expected) => {
  expect(formatTime(ms)).toBe(expected)
})
