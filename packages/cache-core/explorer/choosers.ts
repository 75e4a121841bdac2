import type { SeededRandom } from 'workload'
import type { Step, Touched } from './step.ts'

/** Chooses the next step. */
export interface Chooser {
  /** @returns an index into `enabled`, which has at least two. */
  choose(enabled: readonly Step[]): number
  /**
   * Called after each step, once all that follows from it has run.
   *
   * @param expected the data that the step had declared.
   * @param actual the data that it touched.
   */
  taken?(name: string, expected: readonly Touched[], actual: readonly Touched[]): void
}

/** Chooses at random. Some schedules switch actors at every step, others let one run for long: races need both. */
export function randomChooser(rng: SeededRandom): Chooser {
  const interruptOneIn = rng.pick([1, 2, 4, 10])
  const tickOneIn = rng.pick([2, 8, 30])
  let last = ''
  return {
    choose(enabled) {
      let choice = -1
      if (last !== '' && !rng.oneIn(interruptOneIn)) choice = enabled.findIndex(({ by }) => by === last)
      if (choice < 0) choice = rng.below(enabled.length)
      if (enabled[choice]!.by === 'time' && !rng.oneIn(tickOneIn)) choice = rng.below(enabled.length - 1)
      last = enabled[choice]!.by
      return choice
    },
  }
}

/**
 * Chooses by a list of names: the earliest listed step that is enabled. If none is, the last actor continues, or another one runs
 * without interruption. So a list stays valid when actors are removed, and a shorter list has fewer interruptions.
 */
export function listChooser(names: readonly string[]): Chooser {
  const positions = new Map(names.map((name, position) => [name, position]))
  let last = ''
  return {
    choose(enabled) {
      let choice = -1
      let first = Number.POSITIVE_INFINITY
      for (const [i, { name }] of enabled.entries()) {
        const position = positions.get(name) ?? Number.POSITIVE_INFINITY
        if (position >= first) continue
        choice = i
        first = position
      }
      if (choice < 0)
        choice = Math.max(
          0,
          enabled.findIndex(({ by }) => by === last),
        )
      last = enabled[choice]!.by
      return choice
    },
  }
}
