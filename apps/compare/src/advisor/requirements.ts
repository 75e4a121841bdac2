/** The advisor's requirements, as flags on the command line. */
import { time, wrongValue } from 'command-line'
import type { Command } from 'commander'

/** An absent requirement sets no limit. */
export interface Requirements {
  /** How long ago a returned value may have been replaced, in ms. 0: reads are current. */
  readonly maxStalenessMs?: number
  /** How long an out-of-band change may stay hidden, in ms. */
  readonly maxAgeMs?: number
  /** Limit on the read p99, in ms. */
  readonly p99Ms?: number
  /** Reads per second that may wait for a load, at the measured rate. */
  readonly maxWaitingPerSecond?: number
  /** Loads per second that the database can take, at the measured rate. */
  readonly maxLoadsPerSecond?: number
  /** Whether an acknowledged write may be lost. */
  readonly mayLoseWrites: boolean
}

/** The flags as commander passes them. */
export interface RequirementFlags {
  readonly maxStaleness?: string
  readonly maxAge?: string
  readonly p99?: string
  readonly maxWaiting?: string
  readonly maxDbLoad?: string
  readonly mayLoseWrites?: string
}

export function addRequirementOptions(command: Command): Command {
  return command
    .option('--max-staleness <time>', 'how long ago a returned value may have been replaced: 0, 250ms, 1s, 2m')
    .option('--max-age <time>', 'how long an out-of-band change may stay hidden')
    .option('--p99 <time>', 'limit on the read p99')
    .option('--max-waiting <reads>', 'reads per second that may wait for a load, as at an expiry: 5/s')
    .option('--max-db-load <loads>', 'loads per second that the database can take: 50/s')
    .option('--may-lose-writes <yes|no>', 'whether an acknowledged write may be lost (default: no)')
}

/** If any was given, `pnpm compare` ends with advice. */
export function hasRequirements(flags: RequirementFlags): boolean {
  return Object.values(requirementFlags(flags)).some((flag) => flag !== undefined)
}

/** Picks the requirements from all flags of a command. */
export function requirementFlags(flags: RequirementFlags): RequirementFlags {
  const { maxStaleness, maxAge, p99, maxWaiting, maxDbLoad, mayLoseWrites } = flags
  return { maxStaleness, maxAge, p99, maxWaiting, maxDbLoad, mayLoseWrites } as RequirementFlags
}

/** @throws Error that names the flag, its value and the allowed values */
export function readRequirements(flags: RequirementFlags): Requirements {
  const { maxStaleness, maxAge, p99, maxWaiting, maxDbLoad, mayLoseWrites = 'no' } = flags
  if (mayLoseWrites !== 'yes' && mayLoseWrites !== 'no') {
    throw wrongValue('--may-lose-writes', mayLoseWrites, 'yes or no')
  }
  return {
    ...(maxStaleness !== undefined && {
      maxStalenessMs: time('--max-staleness', { min: 0, max: DAY_MS })(maxStaleness),
    }),
    ...(maxAge !== undefined && { maxAgeMs: time('--max-age', { min: 0, max: DAY_MS })(maxAge) }),
    ...(p99 !== undefined && { p99Ms: time('--p99', { min: 1, max: DAY_MS })(p99) }),
    ...(maxWaiting !== undefined && {
      maxWaitingPerSecond: readRate('--max-waiting', maxWaiting, 'reads per second, like 5/s'),
    }),
    ...(maxDbLoad !== undefined && {
      maxLoadsPerSecond: readRate('--max-db-load', maxDbLoad, 'loads per second, like 50/s'),
    }),
    mayLoseWrites: mayLoseWrites === 'yes',
  }
}

const DAY_MS = 86_400_000

function readRate(flag: string, text: string, allowed: string): number {
  const [, amount] = /^(\d+(?:\.\d+)?)\/s$/.exec(text) ?? []
  if (amount === undefined) throw wrongValue(flag, text, allowed)
  return Number(amount)
}
