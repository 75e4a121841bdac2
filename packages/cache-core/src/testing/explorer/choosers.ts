import type { Rng } from './rng.ts'
import type { Step } from './step.ts'

/** Chooses what happens next. */
export interface Chooser {
  /** @returns an index into `enabled`, which has at least two. */
  choose(enabled: readonly Step[]): number
}

/** At random. Some schedules change hands at every step, others let one go on for long: races need both. */
export function randomChooser(rng: Rng): Chooser {
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
 * By a list of names, as far as it goes: the earliest of those that can happen. What is not on the list happens when
 * nothing on it can, each going on undisturbed. So a list stays good when actors are taken out, and the shorter it is, the fewer the
 * interruptions.
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
