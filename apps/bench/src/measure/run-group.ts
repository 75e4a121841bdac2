import type { Redis } from 'ioredis'
import { isFloor } from '../libraries/names.ts'
import { rows } from '../rows.ts'
import type { Contestant } from './contestant.ts'
import { drive } from './drive.ts'
import type { Figures } from './figures.ts'
import { sentCommands } from './sent-commands.ts'
import { type Measured, measureWindow, opsPerWindow } from './window.ts'

export interface Rounds {
  readonly rounds: number
  readonly windowMs: number
}

/** One contestant's rounds, in the order in which they ran. */
export interface Outcome {
  readonly contestant: Contestant
  /** Operations in each timed window. */
  readonly ops: number
  readonly rounds: readonly Figures[]
  /** Redis commands per operation in the last round. */
  readonly byCommand: Readonly<Record<string, number>>
  /** Redis commands that the library sends per operation, without those that its scripts call. */
  readonly sent: number
}

/** Few, since MONITOR repeats every value. */
const MONITORED_OPS = 64

/**
 * Interleaved rounds in one process: in each, every contestant runs one window. The orders differ, so that none always
 * follows the same one. One round warms up and does not count.
 */
export async function runGroup(
  contestants: readonly Contestant[],
  { rounds, windowMs }: Rounds,
  redis: Redis,
): Promise<Outcome[]> {
  const turns: { contestant: Contestant; ops: number; measured: Measured[] }[] = []
  // New keys would fill the server.
  const discardNew = async ({ row }: Contestant) => {
    if (!rows[row].isFilled) await redis.flushdb()
  }
  for (const contestant of contestants) {
    turns.push({ contestant, ops: await opsPerWindow(contestant, windowMs), measured: [] })
    await discardNew(contestant)
  }
  for (let round = -1; round < rounds; round++) {
    for (const turn of rotated(turns, round + 1)) {
      const measured = await measureWindow(turn.contestant, turn.ops, redis)
      if (round >= 0) turn.measured.push(measured)
      await discardNew(turn.contestant)
    }
  }
  const outcomes: Outcome[] = []
  for (const { contestant, ops, measured } of turns) {
    const monitored = Math.min(ops, MONITORED_OPS)
    await contestant.prepare()
    const sent = await sentCommands(redis, () => drive(contestant, 0, monitored))
    await discardNew(contestant)
    const rounds = measured.map(({ figures }) => figures)
    outcomes.push({ contestant, ops, rounds, byCommand: measured.at(-1)?.byCommand ?? {}, sent: sent / monitored })
  }
  return outcomes
}

/** The order of a round: every other one is the one before it reversed, then the order begins one further. */
export function rotated<T>(items: readonly T[], round: number): T[] {
  const at = Math.floor(round / 2) % items.length
  const turned = [...items.slice(at), ...items.slice(0, at)]
  return round % 2 === 0 ? turned : turned.reverse()
}

/** A hit that loaded measured something else. */
export function whyInvalid({ contestant, rounds }: Outcome): string | undefined {
  const { row, library } = contestant
  if (!rows[row].isFilled || isFloor(library)) return undefined
  const loads = rounds.reduce((sum, { loads }) => sum + (loads ?? 0), 0) / rounds.length
  return loads === 0 ? undefined : `${library}, ${rows[row].title}: ${loads.toPrecision(2)} loads per operation`
}
