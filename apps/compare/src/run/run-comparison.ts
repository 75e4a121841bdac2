/** Runs all turns of a comparison, one at a time, and saves each as it ends. */
import type { Comparison, Turn } from '../comparison.ts'
import { orderOf } from './order.ts'
import type { TurnPlan } from './run-turn.ts'

/** A turn that does not count is retried once, after all others, so that brief noise does not cost a strategy its figures. */
const TRIES = 2

/** The turns still to run, in order. Empty if the comparison is finished. */
export function remainingTurns({ config, strategies, turns }: Comparison): TurnPlan[] {
  const order = orderOf(config.strategies, config.runs, config.seed)
  const triesOf = (strategy: string, run: number) =>
    turns.filter((turn) => turn.strategy === strategy && turn.run === run)
  const open = order.filter(({ strategy, run }) => {
    const tries = triesOf(strategy, run)
    return tries.length < TRIES && !tries.some(({ status }) => status === 'ok')
  })
  const [first, again] = [
    open.filter(({ strategy, run }) => triesOf(strategy, run).length === 0),
    open.filter(({ strategy, run }) => triesOf(strategy, run).length > 0),
  ]
  return [...first, ...again].map(({ strategy, run }, at) => ({
    strategy: strategies.find(({ name }) => name === strategy)!,
    run,
    place: turns.length + at + 1,
  }))
}

export interface RunOptions {
  /** Runs one turn; rejects if stopped. */
  readonly runTurn: (plan: TurnPlan) => Promise<Turn>
  /** Called after each turn with the comparison so far. */
  readonly save: (comparison: Comparison) => Promise<void>
  /** Called before each turn. `left`: the turns left, including this one and the retries known to be needed. */
  readonly onTurn?: (plan: TurnPlan, left: number) => void
}

/** Runs the remaining turns and returns the finished comparison. @throws the error of `runTurn`; finished turns are saved */
export async function runComparison(initial: Comparison, { runTurn, save, onTurn }: RunOptions): Promise<Comparison> {
  let comparison = initial
  for (;;) {
    const [next, ...later] = remainingTurns(comparison)
    if (next === undefined) break
    onTurn?.(next, later.length + 1)
    const turn = await runTurn(next)
    comparison = { ...comparison, turns: [...comparison.turns, turn] }
    await save(comparison)
  }
  const finished = { ...comparison, finishedAt: new Date().toISOString() }
  await save(finished)
  return finished
}
