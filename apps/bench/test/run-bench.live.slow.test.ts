import { expect, it } from 'vitest'
import { sidesOf } from '../src/check-gates.ts'
import { gates } from '../src/gates.ts'
import { libraryNames } from '../src/libraries/names.ts'
import { benchSchema } from '../src/results.ts'
import { rowNames } from '../src/rows.ts'
import { runBench, withBed } from '../src/run-bench.ts'

it('a whole bench, as short as possible: every row of two libraries, and a valid result', async () => {
  const options = { rounds: 1, windowMs: 1, seed: 1, rows: rowNames, sizes: ['350 B'] as const }
  const libraries = ['floor', 'cache-core-json', 'layered-loader'] as const
  const seen: string[] = []
  const bench = await withBed(options, (bed, server) =>
    runBench({ ...options, libraries }, bed, server, ({ row }) => void seen.push(row)),
  )
  expect(seen).toEqual(rowNames)
  expect(benchSchema.parse(JSON.parse(JSON.stringify(bench)))).toEqual(bench)
  expect(bench.problems).toEqual([])
  const loadsIn = (row: string, library: string) =>
    bench.groups.find((group) => group.row === row)!.entries.find((entry) => entry.library === library)!.rounds.loads
  expect(loadsIn('stampede', 'cache-core-json')).toEqual([1])
  expect(loadsIn('stampede', 'layered-loader')).toEqual([4])
  expect(loadsIn('hit', 'cache-core-json')).toEqual([0])
  expect(loadsIn('miss', 'cache-core-json')).toEqual([1])
}, 60_000)

it('the gates name sides that exist', () => {
  for (const { row, library } of sidesOf(gates)) {
    expect(rowNames).toContain(row)
    expect(libraryNames).toContain(library)
  }
})
