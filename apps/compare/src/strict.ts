import type { Comparison } from './comparison.ts'
import { measures } from './measures.ts'
import { deviationsOf } from './theory/deviations-of.ts'

/** What did not come out as it should, a line each: `--strict` fails for it. */
export function whatIsWrong(comparison: Comparison): string[] {
  return [...turnsThatDoNotCount(comparison), ...brokenPromises(comparison), ...wrongPredictions(comparison)]
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

/** Those that say themselves how they break it are not among them. */
function brokenPromises({ strategies, turns }: Comparison): string[] {
  return strategies
    .filter(({ promise }) => promise.breaks === undefined)
    .flatMap(({ name, promise }) => {
      const kinds = promise.readAfterWrite ? ['read-after-write', 'monotonic-reads'] : ['time-bound']
      const promised = [...kinds, 'lost-update', 'read-from-the-future']
      return promised.flatMap((kind) => {
        const times = turns
          .filter((turn) => turn.strategy === name)
          .reduce((sum, turn) => sum + (turn.violations.counts[kind] ?? 0), 0)
        return times > 0 ? [`${name} broke its promise: ${times} × ${kind}`] : []
      })
    })
}

function wrongPredictions(comparison: Comparison): string[] {
  return deviationsOf(comparison)
    .filter(({ deviates }) => deviates)
    .map(({ strategy, measure, predicted, measured, tolerance }) => {
      const [said, seen, within] = [predicted, measured.median, tolerance].map((value) => value.toFixed(3))
      return `${strategy}: ${measures[measure].title} ${seen}, theory says ${said} ± ${within}`
    })
}
