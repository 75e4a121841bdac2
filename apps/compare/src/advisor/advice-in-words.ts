import type { Advice, Alternative, Recommendation } from './advice.ts'
import { formatTime } from './format.ts'
import { guaranteeInWords } from './guarantee.ts'
import type { Requirements } from './requirements.ts'

const NOTHING_MEASURED = 'No measured strategy meets the requirements.'

/** The advice as plain lines: recommendation, runner-up, strategies ruled out, notes and code. */
export function adviceInWords(advice: Advice): string[] {
  const { requirements, pick, cannotBeMet, dontCache, runnerUp, others, ruledOut, notes } = advice
  return [
    `Required: ${requirementsInWords(requirements)}`,
    '',
    ...(pick ? recommendation(pick) : [NOTHING_MEASURED, ...cannotBeMet.map((one) => `  - ${one}`)]),
    ...(dontCache === undefined ? [] : [`  Do not cache this: ${dontCache}`]),
    ...section('Runner-up', runnerUp ? [runnerUp] : []),
    ...section('Also meet the requirements', others),
    ...section(
      'Ruled out as measured',
      ruledOut.map(({ strategy, reason }) => ({ strategy, why: reason })),
    ),
    ...(notes.length > 0 ? ['', 'Notes:', ...notes.map((note) => `  - ${note}`)] : []),
    ...(pick?.snippet === undefined ? [] : ['', 'To use it:', '', ...pick.snippet.split('\n').map(indented)]),
  ]
}

function recommendation(pick: Recommendation): string[] {
  const { strategy, title, basis, guarantee, figures, ttlMs, otherTtl, confirmBy } = pick
  const name = `${strategy} (${title})`
  return [
    ...(basis === 'measured'
      ? [`Recommended: ${name}`]
      : [NOTHING_MEASURED, `Predicted to meet them, not measured: ${name}`]),
    ...(ttlMs === undefined
      ? []
      : [`  TTL ${formatTime(ttlMs)}, ${basis === 'measured' ? 'as measured' : 'a prediction'}`]),
    `  guarantee: ${guaranteeInWords(guarantee, ttlMs)}`,
    ...figures.map((figure) => `  ${figure}`),
    ...(otherTtl === undefined ? [] : [`  another TTL, a prediction: ${otherTtl}`]),
    ...(confirmBy === undefined ? [] : [`  confirm the prediction before you use it: ${confirmBy}`]),
  ]
}

function requirementsInWords(requirements: Requirements): string {
  const { maxStalenessMs, maxAgeMs, p99Ms, maxWaitingPerSecond, maxLoadsPerSecond, mayLoseWrites } = requirements
  return [
    maxStalenessMs === undefined
      ? 'staleness unlimited'
      : maxStalenessMs === 0
        ? 'reads see every acknowledged write'
        : `a value at most ${formatTime(maxStalenessMs)} old`,
    ...(maxAgeMs === undefined ? [] : [`an out-of-band change seen within ${formatTime(maxAgeMs)}`]),
    ...(p99Ms === undefined ? [] : [`read p99 within ${formatTime(p99Ms)}`]),
    ...(maxWaitingPerSecond === undefined ? [] : [`at most ${maxWaitingPerSecond} reads per second wait for a load`]),
    ...(maxLoadsPerSecond === undefined ? [] : [`at most ${maxLoadsPerSecond} loads per second`]),
    mayLoseWrites ? 'acknowledged writes may be lost' : 'no acknowledged write may be lost',
  ].join(', ')
}

function section(title: string, alternatives: readonly Alternative[]): string[] {
  if (alternatives.length === 0) return []
  return ['', `${title}:`, ...alternatives.map(({ strategy, why }) => `  - ${strategy}: ${why}`)]
}

function indented(line: string): string {
  return line === '' ? '' : `  ${line}`
}
