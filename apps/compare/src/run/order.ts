import { random } from 'workload'

/**
 * The order of the turns. Each run goes through all strategies in its own random order, so that drift of the machine
 * affects all strategies alike.
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
