import type { Comparison } from './comparison.ts'
import { measures } from './measures.ts'
import { checkGuarantees } from './report/check-guarantees.ts'
import { deviationsOf } from './theory/deviations-of.ts'

/** The failed checks, a line each. `--strict` exits with 1 if there are any. */
export function whatIsWrong(comparison: Comparison): string[] {
  return [...turnsThatDoNotCount(comparison), ...guarantees(comparison), ...wrongPredictions(comparison)]
}

function turnsThatDoNotCount({ config, turns }: Comparison): string[] {
  return config.strategies.flatMap((strategy) => {
    const counted = new Set(
      turns.filter((turn) => turn.strategy === strategy && turn.status === 'ok').map(({ run }) => run),
    )
    const missing = config.runs - counted.size
    if (missing === 0) return []
    const problems = turns
      .filter((turn) => turn.strategy === strategy && turn.status !== 'ok')
      .flatMap((turn) => turn.problems)
    return [`${strategy}: ${missing} of ${config.runs} runs do not count (${[...new Set(problems)].join('; ')})`]
  })
}

/** Without strategies that declare how they break it. */
function guarantees(comparison: Comparison): string[] {
  return checkGuarantees(comparison)
    .filter(({ verdict }) => verdict === 'broken')
    .flatMap(({ strategy, forbidden }) =>
      Object.entries(forbidden).map(([kind, times]) => `${strategy.name} broke its guarantee: ${times} × ${kind}`),
    )
}

function wrongPredictions(comparison: Comparison): string[] {
  return deviationsOf(comparison)
    .filter(({ deviates }) => deviates)
    .map(({ strategy, measure, predicted, measured, tolerance }) => {
      const [said, seen, within] = [predicted, measured.median, tolerance].map((value) => value.toFixed(3))
      return `${strategy}: ${measures[measure].title} ${seen}, theory predicts ${said} ± ${within}`
    })
}
