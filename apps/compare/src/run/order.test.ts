import { describe, expect, it } from 'vitest'
import { orderOf } from './order.ts'

const names = ['a', 'b', 'c', 'd', 'e']

describe('orderOf', () => {
  it('gives each strategy one turn in each run, run after run', () => {
    const order = orderOf(names, 3, 1)
    for (const run of [1, 2, 3]) {
      const ofRun = order.slice((run - 1) * 5, run * 5)
      expect(ofRun.every((turn) => turn.run === run)).toBe(true)
      expect(ofRun.map(({ strategy }) => strategy).sort()).toEqual(names)
    }
  })

  it('differs between runs, and is the same for the same seed', () => {
    const order = orderOf(names, 4, 7)
    const perRun = Map.groupBy(order, ({ run }) => run)
    const distinct = new Set([...perRun.values()].map((turns) => turns.map(({ strategy }) => strategy).join()))
    expect(distinct.size).toBeGreaterThan(1)
    expect(orderOf(names, 4, 7)).toEqual(order)
    expect(orderOf(names, 4, 8)).not.toEqual(order)
  })

  it('puts each strategy first about equally often', () => {
    const firsts = orderOf(names, 200, 1).filter((_, at) => at % 5 === 0)
    const counts = Map.groupBy(firsts, ({ strategy }) => strategy)
    for (const name of names) expect(counts.get(name)!.length).toBeGreaterThan(20)
  })
})
