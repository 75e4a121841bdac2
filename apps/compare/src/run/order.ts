import { random } from 'workload'

/**
 * The order in which the strategies have their turns: each repetition goes through all of them, in an order of its own.
 * So whatever drifts on the machine meanwhile falls on all alike.
 */
export function orderOf(
  strategies: readonly string[],
  runs: number,
  seed: number,
): { strategy: string; run: number }[] {
  return Array.from({ length: runs }, (_, run) =>
    strategies
      .map((strategy, at) => ({ strategy, run: run + 1, draw: random(seed, run, at) }))
      .sort((a, b) => a.draw - b.draw)
      .map(({ strategy, run }) => ({ strategy, run })),
  ).flat()
}
