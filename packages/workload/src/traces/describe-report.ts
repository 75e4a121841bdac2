import { formats } from './formats/index.ts'
import type { TraceReport } from './trace.ts'

/** The report as text: counts, and skipped lines with reasons. A few lines, without a final line end. */
export function describeReport(report: TraceReport): string {
  const { file, requests, reads, writes, deletes, keys, outOfOrder } = report
  const format = formats.find(({ name }) => name === report.format)!
  const times = {
    exact: 'Times are as in the file.',
    spread: 'Times are whole seconds in the file; the requests of each second are spread evenly over it.',
    none: 'The file has no times; the requests are spread evenly at the requested rate.',
  }[format.times]
  return [
    `${file}: ${counted(requests, 'request')} of ${counted(keys, 'key')} over ${describeDuration(report.durationMs)}: ` +
      `${counted(reads, 'read')}, ${counted(writes, 'write')}, ${counted(deletes, 'delete')}.`,
    `Read as ${format.name} (${format.title}). ${times}`,
    ...(outOfOrder > 0 ? [`${count(outOfOrder)} came after a later request and were sorted by time.`] : []),
    ...(report.absent > 0 ? [describeAbsent(report.absent)] : []),
    ...describeHoles(report),
    ...describeSkipped(report),
    ...describeLeftOut(report),
  ].join('\n')
}

/** Empty without holes. */
export function describeHoles({ holes: { count: runs, bytes } }: TraceReport): string[] {
  if (runs === 0) return []
  return [`Passed over ${count(bytes)} NUL bytes in ${counted(runs, 'run')}, as logrotate's copytruncate leaves them.`]
}

/** Empty if nothing was skipped. */
export function describeSkipped({ skipped: { total, byReason, examples } }: TraceReport): string[] {
  if (total === 0) return []
  const reasons = Object.entries(byReason).map(([reason, times]) => `${count(times)} × ${reason}`)
  return [`Skipped ${count(total)}: ${reasons.join(', ')}.`, ...examples.map((example) => `  ${example}`)]
}

function describeAbsent(absent: number): string {
  const counts =
    absent === 1 ? 'was answered 404 or 410 and counts as a read' : 'were answered 404 or 410 and count as reads'
  return `${counted(absent, 'read')} ${counts} of an absent value: absence is cached, too.`
}

/** Empty without `include` and `exclude`. Also lists patterns that match nothing, since they may be misspelt. */
export function describeLeftOut({ leftOut: { byExclude, byNoInclude, keptByInclude } }: TraceReport): string[] {
  const included = Object.entries(keptByInclude)
  const excluded = Object.entries(byExclude)
  const times = ([pattern, requests]: [string, number]) => `${count(requests)} × ${pattern}`
  const lines: string[] = []
  if (included.length > 0)
    lines.push(
      `Left out ${counted(byNoInclude, 'request')} that no pattern of include matches; kept ${included.map(times).join(', ')}.`,
    )
  if (excluded.length > 0) {
    const requests = excluded.reduce((sum, [, requests]) => sum + requests, 0)
    lines.push(`Left out ${counted(requests, 'request')} by exclude: ${excluded.map(times).join(', ')}.`)
  }
  return lines
}

function count(n: number): string {
  return n.toLocaleString('en-US')
}

function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`
}

/** Rounded: 0.5 s, 9 min, 3.7 h. */
export function describeDuration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 120) return `${seconds.toLocaleString('en-US', { maximumSignificantDigits: 3 })} s`
  const minutes = seconds / 60
  return minutes < 120
    ? `${Math.round(minutes)} min`
    : `${(minutes / 60).toLocaleString('en-US', { maximumFractionDigits: 1 })} h`
}
