/** Checks what clients saw against the guarantee and against what the drill allows. */
import { checkHistory, type Guaranteed, type Operation, type Violation } from 'history'
import type { Allowance, Drill } from './drill.ts'
import { isRequest } from './load.ts'

/** When the fault was active, by the clock of the operations. */
export interface Fault {
  readonly from: number
  /** When the repair began, if the drill records it. */
  readonly mendingFrom?: number
  /** When everything was repaired. */
  readonly to: number
  /** The parts of the fault in which requests may fail. Default: the whole fault. */
  readonly spans?: readonly Span[]
}

export interface DuringFault {
  readonly durationsMs: readonly number[]
  /** Numbers of answers by `X-Cache`, or by status if an answer has no `X-Cache`. */
  readonly answers: ReadonlyMap<string, number>
}

export interface Span {
  readonly from: number
  readonly to: number
}

export interface CheckResult {
  readonly reads: number
  readonly failedReads: number
  /** The longest request, read or write. */
  readonly longestMs: number
  /** Reads that overlap the fault. */
  readonly during: DuringFault
  /** Violations of the guarantee that the drill does not allow. */
  readonly breaches: readonly Violation[]
  /** Stale reads that the drill allows. */
  readonly excused: readonly Violation[]
  /** The longest staleness among `excused`. */
  readonly staleMs: number
  /** One line for each thing that did not hold. */
  readonly problems: readonly string[]
}

/**
 * If a process can't invalidate in Redis, another process's relay does: rows are due 1 s after their commit, the relay polls
 * 5 times a second, and a busy machine takes a little longer.
 */
export const OUTBOX_LAG_MS = 1_500
/** Requests that begin later than this after the end of the fault must not fail. */
const UNDER_WAY_AFTER_MS = 100
export const ANSWER_WITHIN_MS = 3_000

/** @param operations of one strategy, with the final reads */
export function checkOperations(
  { allows = {}, answerWithinMs = ANSWER_WITHIN_MS }: Pick<Drill, 'allows' | 'answerWithinMs'>,
  operations: readonly Operation[],
  promised: Guaranteed,
  fault: Fault,
): CheckResult {
  const requests = operations.filter(isRequest)
  const reads = requests.filter(({ op }) => op === 'read')
  const failed = requests.filter(({ outcome }) => outcome !== 'ok')
  const verdict = checkHistory(operations, promised)
  const broken = verdict.violations.filter((violation) => violation.promised)
  const excused = broken.filter((violation) => isExcused(violation, allows.staleFrom, fault))
  const breaches = broken.filter((violation) => !excused.includes(violation))
  const wronglyFailed = failed.filter((request) => !mayFail(request, allows, fault))
  const slowest = requests.reduce((a, b) => (b.end - b.start > a.end - a.start ? b : a), NO_REQUEST)
  const longestMs = slowest.end - slowest.start

  const problems: string[] = []
  const addProblem = (count: number, what: string, first: Operation | undefined) => {
    if (first !== undefined) problems.push(`${count} ${what}, such as ${inWords(first, fault)}`)
  }
  for (const kind of new Set(breaches.map((breach) => breach.kind))) {
    const ofKind = breaches.filter((breach) => breach.kind === kind)
    addProblem(ofKind.length, `breaches (${kind})`, ofKind[0]!.operations.at(-1))
  }
  addProblem(wronglyFailed.length, 'failures that are not allowed', wronglyFailed[0])
  if (longestMs > answerWithinMs) addProblem(1, `request took more than ${answerWithinMs} ms`, slowest)
  if (verdict.withoutFinalRead.length > 0) problems.push(`no final read of ${verdict.withoutFinalRead.join(', ')}`)
  if (verdict.reads.ok === 0 || verdict.writes.ok === 0) problems.push('no load')
  return {
    reads: reads.length,
    failedReads: failed.filter(({ op }) => op === 'read').length,
    longestMs,
    during: duringFault(reads, fault),
    breaches,
    excused,
    staleMs: Math.max(0, ...excused.map(staleMsOf)),
    problems,
  }
}

function duringFault(reads: readonly Operation[], { from, to }: Fault): DuringFault {
  const during = reads.filter(({ start, end }) => end >= from && start <= to)
  const answers = new Map<string, number>()
  for (const { cache, status = 0 } of during) {
    const answer = cache ?? String(status)
    answers.set(answer, (answers.get(answer) ?? 0) + 1)
  }
  return { durationsMs: during.map(({ start, end }) => end - start), answers }
}

const NO_REQUEST = { start: 0, end: 0 } as Operation

/** From the acknowledgement of the newer version (the violation's first operation) to the start of the read. */
function staleMsOf({ operations }: Violation): number {
  return operations.at(-1)!.start - operations[0].end
}

function isExcused(violation: Violation, staleFrom: Allowance['staleFrom'], fault: Fault): boolean {
  if (staleFrom === undefined) return false
  if (violation.kind !== 'read-after-write' && violation.kind !== 'monotonic-reads') return false
  const from = staleFrom === 'broken' ? fault.from : (fault.mendingFrom ?? fault.to)
  const [acknowledged] = violation.operations
  const read = violation.operations.at(-1)!
  const isOfTheFault = acknowledged.end >= from && read.start <= fault.to + OUTBOX_LAG_MS
  return isOfTheFault && staleMsOf(violation) <= OUTBOX_LAG_MS
}

function mayFail({ op, start, end, status = 0 }: Operation, allows: Allowance, fault: Fault): boolean {
  const { failures = [], failedWrites = [] } = allows
  const statuses = op === 'write' ? [...failures, ...failedWrites] : failures
  const { spans = [fault] } = fault
  return statuses.includes(status) && spans.some(({ from, to }) => end >= from && start <= to + UNDER_WAY_AFTER_MS)
}

function inWords({ op, key, client, start, end, version, status, cache, server }: Operation, { from }: Fault): string {
  const got = version === null ? `status ${status}` : `version ${version}`
  const when = `from ${(start - from).toFixed(0)} to ${(end - from).toFixed(0)} ms after the fault began`
  return `a ${op} of ${key} by ${client} at ${server} ${when}: ${got}${cache ? `, ${cache}` : ''}`
}
