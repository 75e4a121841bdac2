/** Events as the API sends them, for tests. */
import type { StatsEvent, StrategyStats, WindowFigures } from './api-types.ts'

const none = { count: 0, mean: null, p50: null, p99: null, max: null }

export function statsEvent(
  second: number,
  windows: Readonly<Record<string, Partial<WindowFigures>>>,
  totals: Readonly<Record<string, Partial<StrategyStats>>> = {},
): StatsEvent {
  const strategies = Object.entries(windows).map(([name, given]) => {
    const window = { ...emptyWindow, ...given }
    return [name, { ...window, ...emptyTotals, ...totals[name], window }] as const
  })
  return {
    since: new Date(0).toISOString(),
    at: new Date(second * 1_000).toISOString(),
    windowMs: 1_000,
    store: { kind: 'redis' },
    strategies: Object.fromEntries(strategies),
  }
}

const emptyWindow: WindowFigures = {
  reads: 0,
  hits: 0,
  stale: 0,
  loads: 0,
  writes: 0,
  staleReads: 0,
  storeCalls: 0,
  hitMs: none,
  waitMs: none,
  staleMaxMs: null,
}

const emptyTotals = {
  since: new Date(0).toISOString(),
  staleForMs: none,
  latencyMs: { all: none, hit: none, stale: none, miss: none, collapsed: none, bypass: none },
}
