import type { Runtime } from '../ports/runtime.ts'

/** Interval between checks for late commands, in milliseconds. */
const TICK_MS = 25
/** Maximum time of a command in milliseconds, regardless of its size. */
export const LONGEST_TRANSFER_MS = 2_000

const FORGOTTEN_AFTER_TICKS = 1_200

export interface OnItsWay {
  /** Extra time to transfer a large command, in milliseconds. Commands sent after it wait as long. */
  readonly transferMs?: number
  /** Whether it is answered after all commands sent before it, as over one connection. */
  readonly isInOrder?: boolean
  /** Whether the server answers nothing else on the connection until it has answered this, as with `WAIT`. */
  readonly isBlocking?: boolean
}

/** A command that has no answer yet. */
export interface Wait {
  isAnswered: boolean
  /** `onLate` has been called. */
  isGivenUp: boolean
  readonly isInOrder: boolean
  readonly isBlocking: boolean
  readonly limitMs: number
  /** In quiet ticks. */
  readonly begunAt: number
  readonly deadlineTicks: number
  /** Extra ticks for its transfer. */
  readonly transferTicks: number
  /** The tick, quiet or not, at which it is late in any case. Ticks in which another command blocks the connection do not count. */
  lostAt: number
  onLate: (error: Error) => void
}

/** Ends a wait. It is forgotten at the next tick; until then it must not keep the command's answer in memory. */
export function answered(wait: Wait): void {
  wait.isAnswered = true
  wait.onLate = ignore
}

function ignore(): void {}

/**
 * The deadlines of commands: one timer for all, and one object for each command.
 *
 * Time is counted in ticks, with two exceptions:
 * - **A busy event loop counts as one tick**, however long it was busy. Between two ticks the loop reads the data that has arrived,
 *   so a command is never late because its answer could not be read yet.
 * - **A tick in which answers were arriving does not count**; the others are _quiet_. A large answer takes time, and small ones
 *   wait behind it, for at most `LONGEST_TRANSFER_MS`.
 *
 * **While a command blocks the connection, no time passes for the others**, also for those sent before it: a client may deliver their
 * answers together. So a server that answers nothing is noticed only when the blocking command is late.
 *
 * If an in-order command gets no answer, those behind it won't either, and are given up with it: reads in flight would otherwise
 * each wait for a deadline of their own. (A large upload may only be slow; those behind it wait on.)
 *
 * A command that was given up is remembered until its answer arrives, since others wait behind it.
 */
export class Deadlines {
  readonly #runtime: Pick<Runtime, 'every'>
  readonly #isReceiving: () => boolean
  #ticks = 0
  #quietTicks = 0
  /** When the last in-order answer arrived, in quiet ticks. */
  #answeredAt = 0
  #waits: Wait[] = []
  #stop: (() => void) | undefined

  /** @param isReceiving whether bytes of answers have arrived since the last call. */
  constructor(runtime: Pick<Runtime, 'every'>, isReceiving: () => boolean) {
    this.#runtime = runtime
    this.#isReceiving = isReceiving
  }

  /**
   * Calls `onLate` once, at most two ticks after the limit, unless the command was answered by then.
   *
   * @param deadlineMs deadline in milliseconds, in addition to `transferMs`.
   */
  begin(deadlineMs: number, onItsWay: OnItsWay, onLate: (error: Error) => void): Wait {
    const { transferMs = 0, isInOrder = false, isBlocking = false } = onItsWay
    const wait: Wait = {
      isAnswered: false,
      isGivenUp: false,
      isInOrder,
      isBlocking,
      limitMs: deadlineMs + transferMs,
      begunAt: this.#quietTicks,
      deadlineTicks: ticksIn(deadlineMs),
      transferTicks: transferMs === 0 ? 0 : ticksIn(transferMs),
      lostAt: this.#ticks + ticksIn(isBlocking ? deadlineMs : Math.max(deadlineMs, LONGEST_TRANSFER_MS)),
      onLate,
    }
    this.#waits.push(wait)
    this.#stop ??= this.#runtime.every(TICK_MS, () => this.#tick())
    return wait
  }

  #tick(): void {
    this.#ticks++
    const isReceiving = this.#isReceiving()
    const blocking = this.#waits.find((wait) => wait.isBlocking && !wait.isAnswered && !wait.isGivenUp)
    if (blocking !== undefined) {
      for (const wait of this.#waits) if (wait !== blocking || isReceiving) wait.lostAt++
    } else if (!isReceiving) this.#quietTicks++
    if (this.#waits.some(({ isAnswered, isInOrder }) => isAnswered && isInOrder)) this.#answeredAt = this.#quietTicks
    // Forgets commands that were given up and never answered.
    this.#waits = this.#waits.filter((wait) => !wait.isAnswered && this.#ticks < wait.lostAt + FORGOTTEN_AFTER_TICKS)
    const first = this.#waits.find(({ isInOrder }) => isInOrder)
    let lateAtBefore = 0
    let silentForMs = 0
    for (const wait of this.#waits) {
      const lateAt = this.#lateAt(wait, lateAtBefore)
      if (wait.isInOrder) lateAtBefore = lateAt
      if (wait.isGivenUp) continue
      if (wait.isBlocking ? wait.lostAt <= this.#ticks : lateAt <= this.#quietTicks) {
        giveUp(wait, new NoAnswer(wait.limitMs))
        if (wait.isInOrder && wait.transferTicks === 0) silentForMs = wait.limitMs
      } else if (silentForMs > 0 && wait.isInOrder) giveUp(wait, new NoAnswer(silentForMs))
      else if (wait.lostAt <= this.#ticks) giveUp(wait, wait === first ? new TransferTooSlow() : new BehindTransfer())
    }
    if (this.#waits.length > 0) return
    this.#stop?.()
    this.#stop = undefined
  }

  /** In quiet ticks. An in-order command counts from the last answer: before that it may not even have been sent. */
  #lateAt({ isInOrder, begunAt, deadlineTicks, transferTicks }: Wait, lateAtBefore: number): number {
    if (!isInOrder) return begunAt + deadlineTicks + transferTicks
    // Never before the commands sent earlier, which are answered first.
    return Math.max(Math.max(begunAt, this.#answeredAt) + deadlineTicks, lateAtBefore) + transferTicks
  }
}

/** One more, since the next tick may be imminent. */
function ticksIn(ms: number): number {
  return Math.ceil(ms / TICK_MS) + 1
}

function giveUp(wait: Wait, error: Error): void {
  wait.isGivenUp = true
  wait.onLate(error)
}

/** Nothing arrived in time. */
export class NoAnswer extends Error {
  readonly limitMs: number

  constructor(limitMs: number) {
    super(`no answer within ${limitMs} ms`)
    this.limitMs = limitMs
  }
}

/** An answer was still arriving after `LONGEST_TRANSFER_MS`. */
export class TransferTooSlow extends Error {
  constructor() {
    super(`no whole answer within ${LONGEST_TRANSFER_MS} ms: it is too large for this connection`)
  }
}

/** The command waited behind such an answer. */
export class BehindTransfer extends Error {
  constructor() {
    super(`no answer within ${LONGEST_TRANSFER_MS} ms: larger ones were still arriving before it`)
  }
}
