import { newToken } from '../entry.ts'
import { CacheError, messageOf } from '../errors.ts'
import type { Runtime } from '../ports/runtime.ts'
import { idMs, type QueuePlace } from './queue-place.ts'
import { BEGIN_DIRECT, END_DIRECT, QUEUED } from './queue-scripts.ts'

/** A direct write counts as under way for this long, in milliseconds, if its process dies or stops, or its outcome is unknown. */
const UNDER_WAY_MS = 30_000
/** Keys in one script, which answers nobody else meanwhile. */
const MAX_ASKED = 500
const LOOK_AGAIN_MS = 5

/**
 * The writes that go to the database directly, past the queue. Each waits until the queued writes of its keys are in the database,
 * since they are older; and while it runs, nothing is queued for these keys, since that would be foreseen from the value before it.
 */
export class DirectWrites {
  readonly #place: QueuePlace
  readonly #runtime: Runtime
  readonly #waitMs: number

  constructor(place: QueuePlace, runtime: Runtime, waitMs: number) {
    this.#place = place
    this.#runtime = runtime
    this.#waitMs = waitMs
  }

  async inTurn<W extends { readonly isConfirmed: boolean }>(
    keys: readonly string[] | ((written: W) => readonly string[]),
    write: () => Promise<W>,
  ): Promise<W> {
    if (typeof keys === 'function') return this.#ofNewRows(keys, write)
    const token = newToken()
    const unique = [...new Set(keys)]
    try {
      const giveUpAt = this.#runtime.now() + this.#waitMs
      await Promise.all(unique.map((key) => this.#begin(key, token, giveUpAt)))
    } catch (cause) {
      await this.#end(unique, token)
      if (cause instanceof CacheError && cause.code === 'WRITE_REFUSED') throw cause
      const message = `the queue of writes can't be asked, so nothing was written: ${messageOf(cause)}`
      throw new CacheError('WRITE_REFUSED', message, { cause })
    }
    // If it fails, its commit may have succeeded or still do; if it is not confirmed, the entry may still be the one before it. Then
    // nothing is queued until `UNDER_WAY_MS` have passed.
    const stopRenewing = this.#runtime.every(UNDER_WAY_MS / 3, () => {
      for (const key of unique) this.#mark(key, token).catch(() => {})
    })
    try {
      const written = await write()
      if (written.isConfirmed) await this.#end(unique, token)
      return written
    } finally {
      stopRenewing()
    }
  }

  /**
   * A write of keys that only the database knows can't wait for its turn. New rows need not: nothing can be queued for them. So what was
   * queued before the write began shows that the row is not new. A write queued later may have been foreseen from the new row.
   */
  async #ofNewRows<W>(keysOf: (written: W) => readonly string[], write: () => Promise<W>): Promise<W> {
    const begunAt = this.#runtime.now()
    const written = await write()
    const byPlace = Map.groupBy(new Set(keysOf(written)), (key) => this.#place.keysOf(key).pending)
    for (const [pending, keys] of byPlace) {
      for (let at = 0; at < keys.length; at += MAX_ASKED) {
        await this.#refusePast(pending, keys.slice(at, at + MAX_ASKED), begunAt)
      }
    }
    return written
  }

  /** @param begunAt when the write began, by this process's clock */
  async #refusePast(pending: string, keys: readonly string[], begunAt: number): Promise<void> {
    let answer: readonly Buffer[]
    try {
      answer = (await this.#place.run(QUEUED, [pending], keys)) as Buffer[]
    } catch {
      return // new rows are written without Redis too
    }
    const [serverNow, ...ids] = answer.map((each) => each.toString())
    // No later than when the write began, by the server's clock: it has answered after it took the time.
    const begunMs = Number(serverNow) - (this.#runtime.now() - begunAt)
    for (const [i, id] of ids.entries()) {
      if (id === '' || idMs(id!) >= begunMs) continue
      const key = keys[i]!
      const message = `a write of "${key}" is in the database, but an earlier one is queued and will replace it; give the keys of existing rows as an array, so that their write waits for its turn`
      throw new CacheError('WRITE_UNKNOWN', message, { key })
    }
  }

  async #begin(key: string, token: string, giveUpAt: number): Promise<void> {
    // Each time for the full time from now on, so that it lasts for the commit however long this has waited.
    while (await this.#mark(key, token)) {
      if (this.#runtime.now() >= giveUpAt) {
        const message = `earlier writes of "${key}" were not in the database within ${this.#waitMs} ms; is a flusher running?`
        throw new CacheError('WRITE_REFUSED', message, { key })
      }
      await this.#runtime.sleep(LOOK_AGAIN_MS)
    }
  }

  /** From now on nothing is queued for the key. Whether something still is. */
  async #mark(key: string, token: string): Promise<boolean> {
    const { pending, direct, marked } = this.#place.keysOf(key)
    return (await this.#place.run(BEGIN_DIRECT, [direct(key), pending, marked], [token, UNDER_WAY_MS, key])) === 1
  }

  /** What can't be told ends by itself. */
  async #end(keys: readonly string[], token: string): Promise<void> {
    const ends = keys.map((key) => {
      const { direct, marked } = this.#place.keysOf(key)
      return this.#place.run(END_DIRECT, [direct(key), marked], [token])
    })
    await Promise.allSettled(ends)
  }
}
