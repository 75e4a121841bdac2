/** All turns of a comparison, one at a time, each saved as it ends, so that nothing measured is ever lost. */
import type { Comparison, Turn } from '../comparison.ts'
import { orderOf } from './order.ts'
import type { TurnPlan } from './run-turn.ts'

/** A turn that does not count is tried once more, after all others: a moment's noise should not cost a strategy its figures. */
const TRIES = 2

/** What is still to be run, in order. Empty: it is finished. */
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
  /** Runs one; rejects when it is stopped. */
  readonly runTurn: (plan: TurnPlan) => Promise<Turn>
  /** Called after each turn with all that is there. */
  readonly save: (comparison: Comparison) => Promise<void>
  /** Told what comes next: how many turns are left, this one included, if none has to be tried again. */
  readonly onTurn?: (plan: TurnPlan, left: number) => void
}

/** Goes on where the comparison stands. Answers it with its last turn. @throws what `runTurn` does, with all before it saved */
export async function runComparison(begun: Comparison, { runTurn, save, onTurn }: RunOptions): Promise<Comparison> {
  let comparison = begun
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
