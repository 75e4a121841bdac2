/** Flags for the format of a trace file and a filter on its requests. */
import { collect, wrongValue } from 'command-line'
import type { Command } from 'commander'
import { absentReads, type ReadTraceOptions, traceFormats } from 'workload/traces'

export interface TraceFlags {
  readonly format?: string
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly absent?: string
}

export function addTraceOptions(command: Command): Command {
  return command
    .option('--format <name>', `of a trace, if it can't be detected: ${traceFormats.join(', ')}`)
    .option(
      '--include <patterns>',
      "of a trace: only keys like these, quoted, separated by commas: '/posts*' (* matches any characters)",
      collect,
    )
    .option('--exclude <patterns>', "of a trace: no keys like these: '/healthz,*.css,*.js,*.png'", collect)
    .option(
      '--absent <how>',
      'of an access log: count (the default) treats reads answered 404 or 410 as reads of an absent value; skip leaves them out',
    )
}

/** @throws Error that names a flag, its value and the allowed values */
export function traceOptions({ include, exclude, absent }: TraceFlags): Omit<ReadTraceOptions, 'format'> {
  const how = absentReads.find((known) => known === absent)
  if (absent !== undefined && how === undefined)
    throw wrongValue('--absent', absent, `one of ${absentReads.join(', ')}`)
  return {
    ...(include !== undefined && { include: patterns('--include', include) }),
    ...(exclude !== undefined && { exclude: patterns('--exclude', exclude) }),
    ...(how !== undefined && { absent: how }),
  }
}

function patterns(flag: string, texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const given = text.split(',').map((pattern) => pattern.trim())
    if (given.includes('')) throw wrongValue(flag, text, "patterns separated by commas, such as '/healthz,*.css'")
    return given
  })
}

/** The given flags, to be stored with a comparison. */
export function givenTraceFlags({ format, include, exclude, absent }: TraceFlags): {
  format?: string
  include?: string[]
  exclude?: string[]
  absent?: string
} {
  return {
    ...(format !== undefined && { format }),
    ...(include !== undefined && { include: [...include] }),
    ...(exclude !== undefined && { exclude: [...exclude] }),
    ...(absent !== undefined && { absent }),
  }
}

/** @throws Error that names the first trace flag given: `workload` is a preset, not a file */
export function refuseTraceFlags(flags: TraceFlags, workload: string): void {
  const given = (['format', 'include', 'exclude', 'absent'] as const).find((flag) => flags[flag] !== undefined)
  if (given !== undefined) throw new Error(`--${given} is for traces, and ${workload} is not a trace; leave it out`)
}
