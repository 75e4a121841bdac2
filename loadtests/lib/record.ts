import type { Counters } from './api.ts'
import { answers, balance, failures, latencyMs, staleMs, staleUnknown } from './metrics.ts'
import { OUTCOMES, servedBy } from './outcomes.ts'
import type { ReadAnswer, WriteAnswer } from './requests.ts'

/** Warm-up is counted, so that all that the server counted can be accounted for, but not timed. */
export type Phase = 'warmup' | 'measured'

export function recordRead(strategy: string, phase: Phase, op: 'read' | 'list', answer: ReadAnswer): void {
  if ('failure' in answer) {
    failures.add(1, { strategy, kind: answer.failure })
    return
  }
  const { outcome, ms, staleForMs } = answer
  answers.add(1, { strategy, outcome, phase, op })
  balance.add(1, { strategy, outcome })
  if (phase === 'warmup') return
  latencyMs.add(ms, { strategy, op, served: servedBy(outcome) })
  if (staleForMs === undefined) staleUnknown.add(1, { strategy })
  else if (staleForMs > 0) staleMs.add(staleForMs, { strategy, op })
}

export function recordWrite(strategy: string, phase: Phase, answer: WriteAnswer): void {
  if ('failure' in answer) failures.add(1, { strategy, kind: answer.failure })
  else if (phase === 'measured') latencyMs.add(answer.ms, { strategy, op: 'write', served: 'write' })
}

/** Takes what the API counted since the start off what k6 counted; see `balance`. */
export function noteBalance(strategy: string, before: Counters, after: Counters): void {
  for (const outcome of OUTCOMES) balance.add(before[outcome]! - after[outcome]!, { strategy, outcome })
}
