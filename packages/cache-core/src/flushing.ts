import { messageOf } from './errors.ts'
import type { FlushedWrite, FlusherOptions } from './flusher-options.ts'
import type { TakenWrite, WriteLog } from './ports/write-log.ts'

export interface FlushingParts
  extends Required<Pick<FlusherOptions, 'log' | 'store' | 'apply' | 'batch' | 'takeOverAfterMs'>> {
  readonly consumer: string
  readonly isRefused: FlusherOptions['isRefused']
  readonly onDead: FlusherOptions['onDead']
}

/** A write that fails alone this often, for a reason of its own, goes to the dead letters. */
const ATTEMPTS = 3
/** Writes that fail alone, one after the other, before the database counts as unavailable. */
const FAILURES_IN_A_ROW = 3

interface Taken extends TakenWrite {
  readonly bucket: number
}

interface Failed {
  readonly write: Taken
  readonly error: unknown
  /** By `isRefused` of the options. */
  readonly isRefused: boolean
}

/** What has become of the writes of one round. */
interface Round {
  readonly writes: readonly Taken[]
  readonly passed: Set<Taken>
  /** Alone, not with the rest of a batch. */
  readonly failed: Failed[]
}

/** One flusher's work: takes writes, applies the last one of each key, and then tells the queue. */
export class Flushing {
  readonly #parts: FlushingParts
  /** How often a write has failed alone, for a reason of its own. */
  #failures = new Map<string, number>()
  /** Where the next round of single writes begins, so that it is not always at the ones that fail. */
  #offset = 0
  #taking: Promise<unknown> | undefined
  #isEnded = false

  constructor(parts: FlushingParts) {
    this.#parts = parts
  }

  /** True: there was something to do, so there may be more. @throws what kept it from being done */
  async round(): Promise<boolean> {
    const { log, batch, takeOverAfterMs, consumer } = this.#parts
    const request = { consumer, count: batch, takeOverAfterMs }
    const buckets = Array.from({ length: log.buckets }, (_, bucket) => bucket)
    const taking = Promise.allSettled(
      buckets.map(async (bucket) => (await log.take(bucket, request)).map((write): Taken => ({ ...write, bucket }))),
    )
    this.#taking = taking
    const taken = await taking
    const writes = taken.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    const round: Round = { writes, passed: new Set(), failed: [] }
    const byKey = [...Map.groupBy(writes, ({ bucket, key }) => `${bucket} ${key}`).values()]
    for (let at = 0; at < byKey.length; at += batch) await this.#flush(byKey.slice(at, at + batch), round)
    if (this.#isEnded) return false
    await this.#bury(round)
    const [failure] = round.failed
    if (failure !== undefined) throw failure.error
    const notTaken = taken.find((each) => each.status === 'rejected')
    if (notTaken !== undefined) throw notTaken.reason
    return writes.length > 0
  }

  /** Gives back what it has taken. A round under way does nothing more. */
  async end(): Promise<void> {
    const { log, consumer } = this.#parts
    this.#isEnded = true
    await this.#taking // what arrives after the give-back would not be given back
    await Promise.all(Array.from({ length: log.buckets }, (_, bucket) => log.giveBack(bucket, consumer)))
  }

  /** @param byKey the writes of each key, in order */
  async #flush(byKey: readonly (readonly Taken[])[], round: Round): Promise<void> {
    const writes = byKey.flat()
    if (this.#isEnded) return
    try {
      await this.#parts.apply(byKey.map((ofKey) => flushed(ofKey.at(-1)!)))
    } catch {
      return this.#flushOneByOne(writes, round)
    }
    await this.#passed(writes, round)
  }

  /** One of them may be what failed. */
  async #flushOneByOne(writes: readonly Taken[], round: Round): Promise<void> {
    const { passed, failed } = round
    const start = this.#offset % writes.length
    let failures = 0
    for (const write of [...writes.slice(start), ...writes.slice(0, start)]) {
      const others = failed.filter(({ isRefused }) => !isRefused)
      if (this.#isEnded || (passed.size === 0 && others.length >= FAILURES_IN_A_ROW)) break
      try {
        await this.#parts.apply([flushed(write)])
      } catch (error) {
        failed.push({ write, error, isRefused: this.#isRefused(error) })
        failures++
        continue
      }
      await this.#passed([write], round)
    }
    this.#offset = start + failures
  }

  #isRefused(error: unknown): boolean {
    try {
      return this.#parts.isRefused?.(error) === true
    } catch {
      return false
    }
  }

  /**
   * Counts the failures that are the write's own, and buries the writes with enough of them. Not while an earlier write of the key is
   * queued: the database has the value before that one, which readers must not get.
   */
  async #bury({ writes, passed, failed }: Round): Promise<void> {
    const { log, isRefused, onDead } = this.#parts
    const guilty = isRefused ? failed.filter((each) => each.isRefused) : passed.size > 0 ? failed : []
    const before = this.#failures
    this.#failures = new Map(writes.flatMap(({ id }) => (before.has(id) ? [[id, before.get(id)!]] : [])))
    for (const { write, error } of guilty) {
      if (this.#isEnded) return
      const earlier = writes.slice(0, writes.indexOf(write))
      if (earlier.some((one) => one.key === write.key && !passed.has(one))) continue
      const failures = (this.#failures.get(write.id) ?? 0) + 1
      this.#failures.set(write.id, failures)
      // Before the queue is told: its answer may be lost.
      if (failures === ATTEMPTS) onDead?.(flushed(write), error)
      if (failures >= ATTEMPTS) await log.bury(write.bucket, write, messageOf(error))
    }
  }

  /** Tags first: if this process dies in between, the writes are applied again, and the tags invalidated again. */
  async #passed(writes: readonly Taken[], round: Round): Promise<void> {
    const { log, store } = this.#parts
    if (this.#isEnded) return // they were given back, and are applied again
    const tags = [...new Set(writes.flatMap(({ tags }) => tags))]
    if (tags.length > 0 && !(await store.invalidate([], tags))) {
      throw new Error('the store did not acknowledge the invalidation of tags')
    }
    if (this.#isEnded) return
    const byBucket = Map.groupBy(writes, ({ bucket }) => bucket)
    await Promise.all([...byBucket].map(([bucket, ofBucket]) => done(log, bucket, ofBucket)))
    for (const write of writes) round.passed.add(write)
  }
}

async function done(log: WriteLog, bucket: number, writes: readonly Taken[]): Promise<void> {
  await log.done(bucket, writes)
}

function flushed({ key, id, command }: TakenWrite): FlushedWrite {
  return { key, id, command }
}
