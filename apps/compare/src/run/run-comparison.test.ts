import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../../test/made-up-comparison.ts'
import type { Comparison, Turn } from '../comparison.ts'
import { orderOf } from './order.ts'
import { remainingTurns, runComparison } from './run-comparison.ts'
import type { TurnPlan } from './run-turn.ts'

const whole = madeUpComparison({ runs: 2, strategies: { a: {}, b: {}, c: {} } })
const empty: Comparison = { ...whole, finishedAt: null, turns: [] }
const turnFor = ({ strategy, run, place }: TurnPlan, status: Turn['status'] = 'ok'): Turn => ({
  ...whole.turns[0]!,
  strategy: strategy.name,
  run,
  place,
  status,
})
const names = (plans: readonly { strategy: { name: string } | string; run: number }[]) =>
  plans.map(({ strategy, run }) => `${typeof strategy === 'string' ? strategy : strategy.name}${run}`)

describe('runComparison', () => {
  it('runs each strategy in each run, in the seeded order, and saves after each', async () => {
    const saved: number[] = []
    const finished = await runComparison(empty, {
      runTurn: async (plan) => turnFor(plan),
      save: async ({ turns }) => void saved.push(turns.length),
    })
    expect(names(finished.turns)).toEqual(names(orderOf(['a', 'b', 'c'], 2, 1)))
    expect(saved).toEqual([1, 2, 3, 4, 5, 6, 6])
    expect(finished.finishedAt).not.toBeNull()
  })

  it('resumes where it was stopped', async () => {
    const order = names(orderOf(['a', 'b', 'c'], 2, 1))
    let kept = empty
    const stopped = runComparison(empty, {
      async runTurn(plan) {
        if (plan.place === 4) throw new Error('Ctrl-C')
        return turnFor(plan)
      },
      save: async (comparison) => {
        kept = comparison
      },
    })
    await expect(stopped).rejects.toThrow('Ctrl-C')
    expect(names(kept.turns)).toEqual(order.slice(0, 3))
    expect(kept.finishedAt).toBeNull()
    const finished = await runComparison(kept, { runTurn: async (plan) => turnFor(plan), save: async () => {} })
    expect(names(finished.turns)).toEqual(order)
  })

  it('retries a turn that does not count once, after all others', async () => {
    const finished = await runComparison(empty, {
      runTurn: async (plan) => turnFor(plan, plan.strategy.name === 'b' && plan.run === 1 ? 'failed-check' : 'ok'),
      save: async () => {},
    })
    expect(names(finished.turns)).toEqual([...names(orderOf(['a', 'b', 'c'], 2, 1)), 'b1'])
    expect(remainingTurns(finished)).toEqual([])
  })
})
