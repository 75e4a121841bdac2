/** What an answer has to satisfy, as a user says it on the command line. */
import type { Command } from 'commander'
import { time } from '../choose/flag-values.ts'

/** What is left out limits nothing. */
export interface Requirements {
  /** How long ago a value that a read returns may have been replaced, in ms. 0: reads are current. */
  readonly maxStalenessMs?: number
  /** Latency of reads that 99 % have to stay within, in ms. */
  readonly p99Ms?: number
  /** Loads per second that the database can take from this cache, at the rate that was measured. */
  readonly maxLoadsPerSecond?: number
  /** Whether a write that was acknowledged may be lost. */
  readonly mayLoseWrites: boolean
}

/** The flags as commander hands them over. */
export interface RequirementFlags {
  readonly maxStaleness?: string
  readonly p99?: string
  readonly maxDbLoad?: string
  readonly mayLoseWrites?: string
}

export function addRequirementOptions(command: Command): Command {
  return command
    .option('--max-staleness <time>', 'how old a value may be that a read returns: 0, 250ms, 1s, 2m')
    .option('--p99 <time>', 'latency that 99 % of the reads have to stay within')
    .option('--max-db-load <loads>', 'loads per second that the database can take: 50/s')
    .option('--may-lose-writes <yes|no>', 'whether an acknowledged write may be lost (default: no)')
}

/** Whether any was given: `pnpm compare` then ends with advice. */
export function hasRequirements({ maxStaleness, p99, maxDbLoad, mayLoseWrites }: RequirementFlags): boolean {
  return [maxStaleness, p99, maxDbLoad, mayLoseWrites].some((flag) => flag !== undefined)
}

/** @throws Error that names the flag, its value and what is allowed */
export function readRequirements(flags: RequirementFlags): Requirements {
  const { maxStaleness, p99, maxDbLoad, mayLoseWrites = 'no' } = flags
  if (mayLoseWrites !== 'yes' && mayLoseWrites !== 'no') {
    throw wrong('--may-lose-writes', mayLoseWrites, 'yes or no')
  }
  return {
    ...(maxStaleness !== undefined && {
      maxStalenessMs: time('--max-staleness', maxStaleness, { min: 0, max: DAY_MS }),
    }),
    ...(p99 !== undefined && { p99Ms: time('--p99', p99, { min: 1, max: DAY_MS }) }),
    ...(maxDbLoad !== undefined && { maxLoadsPerSecond: readRate(maxDbLoad) }),
    mayLoseWrites: mayLoseWrites === 'yes',
  }
}

const DAY_MS = 86_400_000

function readRate(text: string): number {
  const [, amount] = /^(\d+(?:\.\d+)?)\/s$/.exec(text) ?? []
  if (amount === undefined) throw wrong('--max-db-load', text, 'loads per second, like 50/s')
  return Number(amount)
}

function wrong(flag: string, value: string, allowed: string): Error {
  return new Error(`${flag} is "${value}"; give ${allowed}`)
}
