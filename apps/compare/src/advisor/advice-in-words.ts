import type { Advice, Loser } from './advise.ts'
import type { Requirements } from './requirements.ts'
import { toldTime } from './told.ts'

/** The advice as plain lines: what to use and how, what came next, what was ruled out, and what to mind. */
export function adviceInWords(advice: Advice): string[] {
  const { requirements, pick, dontCache, runnerUp, others, ruledOut, notes } = advice
  return [
    `Required: ${requirementsInWords(requirements)}`,
    '',
    ...(pick
      ? [`Recommended: ${pick.strategy} (${pick.title})`]
      : ['Nothing that was measured meets the requirements.']),
    ...(dontCache === undefined ? [] : [`  Do not cache this: ${dontCache}`]),
    ...(pick?.figures.map((figure) => `  ${figure}`) ?? []),
    ...(pick?.ttl ? [`  TTL ${toldTime(pick.ttl.ttlMs)}: ${pick.ttl.why}`] : []),
    ...section('Runner-up', runnerUp ? [runnerUp] : []),
    ...section('Met the requirements too', others),
    ...section(
      'Ruled out',
      ruledOut.map(({ strategy, reason }) => ({ strategy, why: reason })),
    ),
    ...(notes.length > 0 ? ['', 'Mind:', ...notes.map((note) => `  - ${note}`)] : []),
    ...(pick?.snippet === undefined ? [] : ['', 'To use it:', '', ...pick.snippet.split('\n').map(indented)]),
  ]
}

function requirementsInWords({ maxStalenessMs, p99Ms, maxLoadsPerSecond, mayLoseWrites }: Requirements): string {
  return [
    maxStalenessMs === undefined
      ? 'staleness unlimited'
      : maxStalenessMs === 0
        ? 'reads are current'
        : `stale for ${toldTime(maxStalenessMs)} at most`,
    ...(p99Ms === undefined ? [] : [`read p99 within ${toldTime(p99Ms)}`]),
    ...(maxLoadsPerSecond === undefined ? [] : [`at most ${maxLoadsPerSecond} loads per second`]),
    mayLoseWrites ? 'acknowledged writes may be lost' : 'no acknowledged write may be lost',
  ].join(', ')
}

function section(title: string, losers: readonly Loser[]): string[] {
  if (losers.length === 0) return []
  return ['', `${title}:`, ...losers.map(({ strategy, why }) => `  - ${strategy}: ${why}`)]
}

function indented(line: string): string {
  return line === '' ? '' : `  ${line}`
}
