import type { Counters } from './api.ts'
import { acknowledged, answers, balance, failures, latencyMs, staleMs, staleUnknown } from './metrics.ts'
import { RECONCILED, type ReadOp, servedBy } from './outcomes.ts'
import type { ReadAnswer, WriteAnswer } from './requests.ts'

/** Warm-up, setup and teardown are counted, for reconciliation with the server, but not timed. */
export type Phase = 'warmup' | 'measured'

/** @param lagMs how long after its intended start the request was sent; part of its latency */
export function recordRead(strategy: string, phase: Phase, op: ReadOp, answer: ReadAnswer, lagMs: number): void {
  if ('failure' in answer) {
    failures.add(1, { strategy, kind: answer.failure })
    return
  }
  const { outcome, ms, staleForMs } = answer
  answers.add(1, { strategy, outcome, phase, op })
  balance.add(1, { strategy, outcome })
  if (phase === 'warmup') return
  latencyMs.add(lagMs + ms, { strategy, op, does: 'read', served: servedBy(outcome) })
  if (staleForMs === undefined) staleUnknown.add(1, { strategy })
  else if (staleForMs > 0) staleMs.add(staleForMs, { strategy, op })
}

/** @param lagMs as in {@link recordRead} */
export function recordWrite(strategy: string, phase: Phase, answer: WriteAnswer, lagMs: number): void {
  if ('failure' in answer) {
    failures.add(1, { strategy, kind: answer.failure })
    return
  }
  acknowledged.add(1, { strategy, phase })
  balance.add(1, { strategy, outcome: 'writes' })
  if (phase === 'measured') latencyMs.add(lagMs + answer.ms, { strategy, op: 'write', does: 'write', served: 'write' })
}

/** Subtracts the API's counts since the start from k6's; see `balance`. */
export function recordBalance(strategy: string, before: Counters, after: Counters): void {
  for (const outcome of RECONCILED) balance.add(before[outcome]! - after[outcome]!, { strategy, outcome })
}
