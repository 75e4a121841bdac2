/** Checks what the probe saw against each strategy's guarantee. */
import { guaranteedReads } from 'history/guarantees'
import { CEILING } from 'strategies/names'
import type { ComparedStrategy, Comparison, Turn } from '../comparison.ts'

export interface GuaranteeCheck {
  readonly strategy: ComparedStrategy
  /**
   * - `kept`: no violation seen.
   * - `broken`: a violation seen.
   * - `broken as declared`: a violation seen in a naive form, which guarantees nothing and declares how it breaks.
   * - `not a strategy`: the ceiling, which is not checked.
   * - `not measured`: no turn has figures.
   */
  readonly verdict: 'kept' | 'broken' | 'broken as declared' | 'not a strategy' | 'not measured'
  /**
   * Violations that the guarantee forbids, by kind. Over all turns with figures, even those that do not count: a failed check
   * elsewhere does not excuse a violation.
   */
  readonly forbidden: Readonly<Record<string, number>>
  /** Violations that the guarantee allows. */
  readonly allowed: Readonly<Record<string, number>>
  readonly probeReads: number
  readonly schedule: readonly string[]
  /** The run of the turn that the schedule comes from. */
  readonly run: number | undefined
}

export function checkGuarantees(comparison: Comparison): readonly GuaranteeCheck[] {
  return comparison.strategies.map((strategy) => {
    const turns = comparison.turns
      .filter((turn) => turn.strategy === strategy.name && turn.status !== 'technical-error')
      .toSorted((a, b) => a.place - b.place)
    const seen = violationsOf(turns)
    const isForbidden = ([kind]: [string, number]) => forbids(strategy, kind, comparison.config.apiProcesses)
    const forbidden = Object.fromEntries(seen.filter(isForbidden))
    const first = turns.find((turn) => turn.violations.schedule.length > 0)
    return {
      strategy,
      verdict: verdictOn(strategy, turns, forbidden),
      forbidden,
      allowed: Object.fromEntries(seen.filter((entry) => !isForbidden(entry))),
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
    // `history` calls a lost write a lost update. If it counted any, these are the same.
    if (!violations.counts['lost-update']) kinds.push(['lost-write', measures.lostWrites ?? 0])
    for (const [kind, count] of kinds) if (count > 0) counts.set(kind, (counts.get(kind) ?? 0) + count)
  }
  return [...counts]
}

/** By the kinds of `packages/history`. A naive form is checked as if it had a guarantee; the ceiling is not checked. */
function forbids({ name, promise }: ComparedStrategy, kind: string, processes: number): boolean {
  if (name === CEILING) return false
  if (kind === 'monotonic-reads-before-ack') return false
  if (kind === 'read-after-write' || kind === 'monotonic-reads')
    return guaranteedReads(promise, processes).readAfterWrite
  if (kind === 'lost-write' || kind === 'lost-update') return !promise.mayLoseWrites
  return true
}

function verdictOn(
  { name, promise }: ComparedStrategy,
  turns: readonly Turn[],
  forbidden: Readonly<Record<string, number>>,
): GuaranteeCheck['verdict'] {
  if (turns.length === 0) return 'not measured'
  if (name === CEILING) return 'not a strategy'
  if (Object.keys(forbidden).length === 0) return 'kept'
  return promise.breaks === undefined ? 'broken' : 'broken as declared'
}
