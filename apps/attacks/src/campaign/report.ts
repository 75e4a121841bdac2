/** The campaign as a table, and its failures. */
import type { Turn } from './run-campaign.ts'

const COLUMNS: readonly (readonly [title: string, of: (turn: Turn) => string])[] = [
  ['operations', ({ verdict: { reads, writes } }) => String(sum(reads) + sum(writes))],
  ['writes', ({ verdict }) => String(sum(verdict.writes))],
  ['ops/s', ({ operations, seconds }) => (operations.length / seconds).toFixed(0)],
  ['evicted', ({ evicted: { entries, leases, tags } }) => `${entries}/${leases}/${tags}`],
  ['stale', ({ verdict }) => String(verdict.counts['read-after-write'])],
  ['beyond TTL', bound],
  ['backward', ({ verdict }) => String(verdict.counts['monotonic-reads'])],
  ['… before ack', ({ verdict }) => String(verdict.counts['monotonic-reads-before-ack'])],
  ['lost', ({ verdict }) => String(verdict.counts['lost-update'])],
  ['future', ({ verdict }) => String(verdict.counts['read-from-the-future'])],
  ['failed reads', ({ verdict: { reads } }) => String(reads.failed + reads.unknown)],
  ['stale for at most, ms', ({ verdict }) => verdict.staleness?.max.toFixed(1) ?? '–'],
  ['guarantee', outcome],
]
const NAME_WIDTH = 20

export function tableHead(): string {
  return ['strategy'.padEnd(NAME_WIDTH), ...COLUMNS.map(([title], i) => title.padStart(width(i)))].join('  ')
}

export function tableRow(turn: Turn): string {
  const cells = COLUMNS.map(([, of], i) => of(turn).padStart(width(i)))
  return [turn.promise.strategy.padEnd(NAME_WIDTH), ...cells].join('  ')
}

/** One line per failure; empty if all came out as expected. */
export function failuresOf(turns: readonly Turn[]): string[] {
  const failures: string[] = []
  for (const { promise, verdict } of turns) {
    const failedReads = verdict.reads.failed + verdict.reads.unknown
    if (promise.breaks === undefined && !verdict.holds) failures.push(`${promise.strategy} broke its guarantee`)
    if (failedReads > 0) failures.push(`${promise.strategy}: ${failedReads} reads failed, although all servers were up`)
    if (verdict.withoutFinalRead.length > 0) failures.push(`${promise.strategy} could not be read at the end`)
  }
  const naive = turns.filter(({ promise }) => promise.breaks !== undefined)
  if (naive.length > 0 && naive.every(({ verdict }) => verdict.holds)) {
    failures.push('no naive strategy was caught: this campaign proves nothing')
  }
  return failures
}

function bound({ promise, verdict }: Turn): string {
  return promise.promised.staleForAtMostMs === undefined ? '–' : String(verdict.counts['time-bound'])
}

function outcome({ promise, verdict }: Turn): string {
  if (promise.breaks === undefined) return verdict.holds ? 'held' : 'BROKEN'
  return verdict.holds ? 'not caught' : 'broken, as it says'
}

function width(column: number): number {
  return Math.max(COLUMNS[column]![0].length, column === 3 ? 14 : column === COLUMNS.length - 1 ? 18 : 7)
}

function sum({ ok, failed, unknown }: { ok: number; failed: number; unknown: number }): number {
  return ok + failed + unknown
}
