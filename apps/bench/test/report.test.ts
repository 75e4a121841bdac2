import { describe, expect, it } from 'vitest'
import { check, gateLines } from '../src/check-gates.ts'
import { gates } from '../src/gates.ts'
import { ratioOf } from '../src/report/compared.ts'
import { lostRows } from '../src/report/lost-rows.ts'
import { benchPicture } from '../src/report/picture.ts'
import { benchTable } from '../src/report/table.ts'
import { benchSchema } from '../src/results.ts'
import { asText } from '../src/write-results.ts'
import { entry, madeUpBench } from './made-up-bench.ts'

const won = [entry('floor', 1), entry('cache-core', 2), entry('cachified', 3)]

it('takes ratios within each round, so that a busy round does not count twice', () => {
  expect(ratioOf(entry('cache-core', 3), entry('floor', 2), 'wallUs')).toEqual({ median: 1.5, q1: 1.5, q3: 1.5 })
})

describe('lost rows', () => {
  it('none, where cache-core is ahead', () => {
    expect(lostRows(madeUpBench({ hit: won }))).toEqual([])
    expect(benchTable(madeUpBench({ hit: won }))).toContain('**No row is lost**')
  })

  it('names the fastest rival of each form', () => {
    const bench = madeUpBench({
      hit: [...won, entry('cache-core-json', 12), entry('bentocache', 4)],
    })
    expect(lostRows(bench)).toMatchObject([{ ours: 'cache-core-json', rival: 'cachified', ratio: { median: 4 } }])
    expect(benchTable(bench)).toContain(
      '- hit in Redis: cache-core-json takes 4.0 [4.0–4.0] times as long as cachified\n'.trim(),
    )
  })

  it('allow a miss and a write 1.5 times the fastest', () => {
    const at = (us: number) => [entry('floor', 1), entry('cache-core', us), entry('cachified', 2)]
    expect(lostRows(madeUpBench({ miss: at(3), write: at(3) }))).toEqual([])
    expect(lostRows(madeUpBench({ miss: at(3.1), write: at(3.1) }))).toHaveLength(2)
  })

  it('say when the faster library loads more often', () => {
    const stampede = [entry('floor', 1, 4), entry('cache-core', 4, 1), entry('cachified', 2, 4)]
    expect(benchTable(madeUpBench({ stampede }))).toContain('as long as cachified, which loads 4 times instead of 1')
  })
})

it('the table has a row for each measured library, and – where it has no row', () => {
  const table = benchTable(madeUpBench({ hit: won, tagged: won.slice(0, 2) }))
  expect(table).toContain('| **cache-core** | – | 2 · ×2.0 [2.0–2.0] | 2 · ×2.0 [2.0–2.0] | – | – | – | – |')
  expect(table).toContain('| cachified 1.2.3 | – | 3 · ×3.0 [3.0–3.0] | – | – | – | – | – |')
})

it('the picture names every library with its ratio', () => {
  const picture = benchPicture(madeUpBench({ hit: won, near: won }))!
  expect(picture).toMatch(/^<svg xmlns/)
  expect(picture.match(/× 3\.0/g)).toHaveLength(2)
  expect(benchPicture(madeUpBench({}))).toBeUndefined()
})

it('a result is written with one line per list of numbers, and read back unchanged', () => {
  const bench = madeUpBench({ hit: [entry('floor', 1.5), { ...entry('cache-core', 2), ops: 7 }] })
  const text = asText(bench)
  expect(text).toContain('"wallUs": [ 1.5, 3, 1.5 ]')
  expect(benchSchema.parse(JSON.parse(text))).toEqual(bench)
})

describe('gates', () => {
  const [wall] = gates
  const measured = (us: number) => [
    { side: { row: 'hit', library: 'floor' } as const, entry: entry('floor', 1) },
    { side: { row: 'hit', library: 'cache-core' } as const, entry: entry('cache-core', us) },
  ]

  it('compare the median of the ratios', () => {
    expect(check(wall!, measured(wall!.gate))).toMatchObject({ isOver: false, spread: { median: wall!.gate } })
    const over = check(wall!, measured(wall!.gate + 0.1))
    expect(over.isOver).toBe(true)
    expect(gateLines([over])).toMatch(/1\.60 \[1\.60–1\.60\] +1\.25 +1\.5 +OVER THE GATE/)
  })

  it('are not measured where a library has no such row', () => {
    expect(check(wall!, measured(1).slice(0, 1))).toMatchObject({ isOver: false, spread: undefined })
  })

  it('have goals that are stricter than the gates', () => {
    for (const { goal, gate } of gates) expect(goal).toBeLessThan(gate)
  })
})
