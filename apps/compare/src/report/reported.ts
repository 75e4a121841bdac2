import type { ComparedStrategy, Comparison } from '../comparison.ts'
import type { Deviation } from '../theory/deviation.ts'

/** All that a report is rendered from. As JSON it is in the page, which renders it again over chosen strategies. */
export interface Reported {
  readonly comparison: Comparison
  readonly deviations: readonly Deviation[]
  /** Lines of the advisor, shown first. */
  readonly advice?: readonly string[] | undefined
}

/** The same as if only these strategies had been compared. Advice stays only if nothing is left out: it is about all of them. */
export function onlyOf({ comparison, deviations, advice }: Reported, names: readonly string[]): Reported {
  const isChosen = (name: string) => names.includes(name)
  const strategies: ComparedStrategy[] = comparison.strategies.filter(({ name }) => isChosen(name))
  return {
    comparison: {
      ...comparison,
      config: { ...comparison.config, strategies: comparison.config.strategies.filter(isChosen) },
      strategies,
      turns: comparison.turns.filter(({ strategy }) => isChosen(strategy)),
    },
    deviations: deviations.filter(({ strategy }) => isChosen(strategy)),
    advice: strategies.length === comparison.strategies.length ? advice : undefined,
  }
}

/** Without k6's complete result of each turn: no report shows it, and it is two thirds of the file. */
export function withoutK6({ comparison, ...rest }: Reported): Reported {
  return { ...rest, comparison: { ...comparison, turns: comparison.turns.map((turn) => ({ ...turn, k6: null })) } }
}
