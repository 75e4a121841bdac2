/** A verdict as text: a table, the first violations of each kind with their operations, and a summary. */
import type { HistoryHeader } from './history-file.ts'
import type { Operation } from './operation.ts'
import {
  type Guaranteed,
  type Tally,
  type Verdict,
  type Violation,
  type ViolationKind,
  violationKinds,
} from './verdict.ts'

const TITLES: Record<ViolationKind, string> = {
  'read-after-write': 'reads older than an acknowledged write',
  'time-bound': '… for longer than the time bound',
  'monotonic-reads': 'reads older than the same client read before',
  'monotonic-reads-before-ack': '… before the newer version was acknowledged',
  'lost-update': 'lost updates',
  'read-from-the-future': 'reads of versions never written, or not yet',
}

export interface DescribeOptions {
  /** Violations of each kind to show. Default 2. */
  readonly examples?: number
}

export function describeVerdict(verdict: Verdict, { examples = 2 }: DescribeOptions = {}): string {
  const { reads, writes, clients, keys, failedReads, staleness, withoutFinalRead, promised, counts } = verdict
  const lines = [
    `${total(reads)} reads (${reads.ok} ok) and ${total(writes)} writes (${writes.ok} acknowledged, ${writes.failed} refused, ` +
      `${writes.unknown} unknown) of ${keys} keys by ${clients} clients`,
    '',
    ...violationKinds.map((kind) => row(TITLES[kind], counts[kind], requirementOf(kind, promised))),
    row('reads without a value', reads.failed + reads.unknown, 'counted, not checked'),
  ]
  const byStatus = [...failedReads].sort(([a], [b]) => a - b)
  if (byStatus.length > 0)
    lines.push(`  by status: ${byStatus.map(([status, n]) => `${statusName(status)}: ${n}`).join(', ')}`)
  if (staleness) {
    const { p50, p90, p99, max } = staleness
    lines.push(`stale for, ms: p50 ${ms(p50)} · p90 ${ms(p90)} · p99 ${ms(p99)} · longest ${ms(max)}`)
  }
  if (withoutFinalRead.length > 0) {
    lines.push(`not read at the end, so a lost last write would go unnoticed: ${withoutFinalRead.join(', ')}`)
  }
  for (const kind of violationKinds) {
    for (const violation of verdict.violations.filter((v) => v.kind === kind).slice(0, examples)) {
      lines.push('', describeViolation(violation))
    }
  }
  return lines.join('\n')
}

/** The guarantee checked, and whether it held, in one sentence. */
export function verdictInWords(verdict: Verdict, strategy: string): string {
  const broken = violationKinds.filter((kind) => verdict.violations.some((v) => v.promised && v.kind === kind))
  const checked = `${strategy}, checked for ${guaranteeInWords(verdict.promised)}`
  if (broken.length === 0) return `${checked}: it held`
  return `${checked}: BROKEN by ${broken.map((kind) => `${verdict.counts[kind]} × ${kind}`).join(', ')}`
}

/**
 * A violation in a few lines: its kind, and the operations that prove it, with times from the start of the first.
 *
 * @param operations the operations to show. Default: those that prove it.
 */
export function describeViolation(
  { kind, promised, operations: proof, staleMs }: Violation,
  operations: readonly Operation[] = proof,
): string {
  const since = Math.min(...operations.map(({ start }) => start))
  const stale = staleMs === undefined ? '' : `, ${ms(staleMs)} ms after the newer version was acknowledged`
  const head = `${kind}${stale} (${promised ? 'must not happen' : 'not guaranteed'})`
  return [head, ...operations.map((operation) => `  ${describeOperation(operation, since)}`)].join('\n')
}

function describeOperation(
  { client, key, op, version, start, end, outcome, status, cache, server }: Operation,
  since: number,
) {
  const what = `${op === 'read' ? 'reads ' : 'writes'} ${key} = ${version ?? '?'}`
  const notes = [outcome === 'ok' ? undefined : outcome, status, cache, server].filter((note) => note !== undefined)
  const from = `${ms(start - since)} … ${ms(end - since)} ms (clock ${ms(start)})`
  return `client ${client} ${what}  ${from}  ${notes.join(' ')}`.trimEnd()
}

function guaranteeInWords({ readAfterWrite, staleForAtMostMs }: Guaranteed): string {
  const reads = [
    ...(readAfterWrite ? ['no read older than an acknowledged write'] : []),
    ...(staleForAtMostMs === undefined ? [] : [`none older for longer than ${staleForAtMostMs} ms`]),
  ]
  return [...reads, 'no lost update'].join(', ')
}

function requirementOf(kind: ViolationKind, { readAfterWrite, staleForAtMostMs }: Guaranteed): string {
  const promised = {
    'read-after-write': readAfterWrite,
    'time-bound': staleForAtMostMs !== undefined,
    'monotonic-reads': readAfterWrite,
    'monotonic-reads-before-ack': false,
    'lost-update': true,
    'read-from-the-future': true,
  }[kind]
  return promised ? 'must be 0' : 'not guaranteed'
}

function row(title: string, count: number, note: string): string {
  return `${title.padEnd(46)} ${String(count).padStart(9)}   ${note}`
}

function statusName(status: number): string {
  return status === 0 ? 'no answer' : status === 200 ? '200 without the post' : String(status)
}

function total({ ok, failed, unknown }: Tally): number {
  return ok + failed + unknown
}

function ms(value: number): string {
  return value.toFixed(3)
}

/** The origin of a history, in one line. */
export function describeHeader({ strategy, started, urls, seed }: HistoryHeader): string {
  return `${strategy}, recorded ${started} from ${urls.length} API processes, seed ${seed}`
}
