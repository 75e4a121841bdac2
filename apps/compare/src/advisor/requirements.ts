/** What an answer has to satisfy, as a user says it on the command line. */
import type { Command } from 'commander'

/** What is left out limits nothing. */
export interface Requirements {
  /** A read may return a value that was replaced so long ago, in ms. 0: reads are current. */
  readonly maxStalenessMs?: number
  /** Latency of reads that 99 % have to stay within, in ms. */
  readonly p99Ms?: number
  /** Loads that the database bears from this cache, at the rate that was measured. */
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
    .option('--max-staleness <time>', 'how long ago a value that is read may have been replaced: 0, 250ms, 1s, 2m')
    .option('--p99 <time>', 'latency that 99 % of the reads have to stay within')
    .option('--max-db-load <loads>', 'loads per second that the database bears: 50/s')
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
    ...(maxStaleness !== undefined && { maxStalenessMs: readTime('--max-staleness', maxStaleness) }),
    ...(p99 !== undefined && { p99Ms: readLatency(p99) }),
    ...(maxDbLoad !== undefined && { maxLoadsPerSecond: readRate(maxDbLoad) }),
    mayLoseWrites: mayLoseWrites === 'yes',
  }
}

const NUMBER = String.raw`\d+(?:\.\d+)?`
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }

function readTime(flag: string, text: string): number {
  if (text === '0') return 0
  const [, amount, unit] = new RegExp(`^(${NUMBER})(ms|s|m)$`).exec(text) ?? []
  if (amount === undefined || unit === undefined) throw wrong(flag, text, 'a time with its unit, like 250ms, 1s or 2m')
  return Number(amount) * MS[unit]!
}

function readLatency(text: string): number {
  const p99Ms = readTime('--p99', text)
  if (p99Ms === 0) throw wrong('--p99', text, 'a time above 0, like 20ms')
  return p99Ms
}

function readRate(text: string): number {
  const [, amount] = new RegExp(`^(${NUMBER})/s$`).exec(text) ?? []
  if (amount === undefined) throw wrong('--max-db-load', text, 'loads per second, like 50/s')
  return Number(amount)
}

function wrong(flag: string, value: string, allowed: string): Error {
  return new Error(`${flag} is "${value}"; give ${allowed}`)
}
