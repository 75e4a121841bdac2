/** What the probe saw that should not be, held against what each strategy guarantees. */
import { promisedOf } from 'history'
import type { ComparedStrategy, Comparison, Turn } from '../comparison.ts'

export interface PromiseKept {
  readonly strategy: ComparedStrategy
  /**
   * - `kept`: nothing seen that must not happen.
   * - `broken`: something was.
   * - `broken as declared`: something was, by a naive form, which guarantees nothing and says how it comes to that.
   * - `not measured`: no turn has figures.
   */
  readonly verdict: 'kept' | 'broken' | 'broken as declared' | 'not measured'
  /** Over all turns that have figures, also those that do not count: a broken guarantee is one whatever else went wrong. */
  readonly promised: Readonly<Record<string, number>>
  /** Seen, and allowed by the guarantee. */
  readonly notPromised: Readonly<Record<string, number>>
  readonly probeReads: number
  readonly schedule: readonly string[]
  /** The turn that the schedule comes from. */
  readonly run: number | undefined
}

export function promisesKept(comparison: Comparison): readonly PromiseKept[] {
  return comparison.strategies.map((strategy) => {
    const turns = comparison.turns
      .filter((turn) => turn.strategy === strategy.name && turn.status !== 'technical-error')
      .toSorted((a, b) => a.place - b.place)
    const seen = violationsOf(turns)
    const isPromised = ([kind]: [string, number]) => promises(strategy, kind, comparison.config.apiProcesses)
    const promised = Object.fromEntries(seen.filter(isPromised))
    const first = turns.find((turn) => turn.violations.schedule.length > 0)
    return {
      strategy,
      verdict: verdictOn(strategy, turns, promised),
      promised,
      notPromised: Object.fromEntries(seen.filter((entry) => !isPromised(entry))),
      probeReads: turns.reduce((sum, { account }) => sum + account.probe.reads, 0),
      schedule: first?.violations.schedule ?? [],
      run: first?.run,
    }
  })
}

function violationsOf(turns: readonly Turn[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const { violations, measures } of turns) {
    const kinds = Object.entries(violations.counts)
    // The history names a lost write a lost update; where it has counted those, this is the same ones.
    if (!violations.counts['lost-update']) kinds.push(['lost-write', measures.lostWrites ?? 0])
    for (const [kind, count] of kinds) if (count > 0) counts.set(kind, (counts.get(kind) ?? 0) + count)
  }
  return [...counts]
}

/** By the kinds of `packages/history`. A naive form is held to what it would guarantee if it did not break. */
function promises({ promise }: ComparedStrategy, kind: string, processes: number): boolean {
  if (kind === 'monotonic-reads-before-ack') return false
  if (kind === 'read-after-write' || kind === 'monotonic-reads') return promisedOf(promise, processes).readAfterWrite
  if (kind === 'lost-write' || kind === 'lost-update') return !promise.mayLoseWrites
  return true
}

function verdictOn(
  { promise }: ComparedStrategy,
  turns: readonly Turn[],
  promised: Readonly<Record<string, number>>,
): PromiseKept['verdict'] {
  if (turns.length === 0) return 'not measured'
  if (Object.keys(promised).length === 0) return 'kept'
  return promise.breaks === undefined ? 'broken' : 'broken as declared'
}
