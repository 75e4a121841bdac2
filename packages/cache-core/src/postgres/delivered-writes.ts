import { PollLoop } from '../poll-loop.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { OutboxTable } from './outbox-table.ts'

/** Well before the relay may take the row of a write, after 1 s. */
const MARK_AFTER_MS = 200
/** Above this many, the rows are left to the relay. */
const MAX_KEPT = 10_000

/**
 * Writes whose invalidations the store has acknowledged, until their rows are marked. **Independent of the relay**, which may run in
 * another process.
 */
export class DeliveredWrites {
  readonly #table: Pick<OutboxTable, 'markWrites'>
  /** Runs only while there is something to mark. */
  readonly #loop: PollLoop
  /** Write ids by the runs that acknowledged them. */
  readonly #toMark = new Map<string | undefined, string[]>()
  #count = 0

  constructor(table: Pick<OutboxTable, 'markWrites'>, runtime: Pick<Runtime, 'every'>) {
    this.#table = table
    this.#loop = new PollLoop({ runtime, everyMs: MARK_AFTER_MS, work: () => this.#mark() })
  }

  add(writeId: string, acknowledgedBy: string | undefined): void {
    if (this.#count === MAX_KEPT) return
    this.#count++
    const known = this.#toMark.get(acknowledgedBy)
    if (known) known.push(writeId)
    else this.#toMark.set(acknowledgedBy, [writeId])
    this.#loop.start()
  }

  /** Marks all rows so far. Never rejects. */
  async flush(): Promise<void> {
    await this.#loop.stop()
    await this.#mark().catch(() => {})
  }

  async #mark(): Promise<void> {
    const known = [...this.#toMark]
    this.#toMark.clear()
    this.#count = 0
    for (const [acknowledgedBy, writeIds] of known) {
      // Not retried: an unmarked row costs only one more invalidation.
      await this.#table.markWrites(writeIds, acknowledgedBy)
    }
    if (this.#count === 0) void this.#loop.stop()
  }
}
