import { messageOf } from './errors.ts'
import type { FlushedWrite, FlusherOptions } from './flusher-options.ts'
import type { TakenWrite, WriteLog } from './ports/write-log.ts'

export interface FlushingParts
  extends Required<Pick<FlusherOptions, 'log' | 'store' | 'apply' | 'batch' | 'takeOverAfterMs'>> {
  readonly consumer: string
  readonly onDead: FlusherOptions['onDead']
}

/** A write that fails alone this often, while others succeed, goes to the dead letters. */
const ATTEMPTS = 3
/** Writes that fail alone, one after the other, before the database counts as unavailable. */
const FAILURES_IN_A_ROW = 3

interface Taken extends TakenWrite {
  readonly bucket: number
}

/** One flusher's work: takes writes, applies the last one of each key, and then tells the queue. */
export class Flushing {
  readonly #parts: FlushingParts
  /** How often a write has failed alone, while another one succeeded. */
  readonly #failures = new Map<string, number>()
  /** Where the next round of single writes begins, so that it is not always at the ones that fail. */
  #offset = 0

  constructor(parts: FlushingParts) {
    this.#parts = parts
  }

  /** True: there was something to do, so there may be more. @throws what kept it from being done */
  async round(): Promise<boolean> {
    const { log, batch, takeOverAfterMs, consumer } = this.#parts
    const request = { consumer, count: batch, takeOverAfterMs }
    const buckets = Array.from({ length: log.buckets }, (_, bucket) => bucket)
    const taken = await Promise.allSettled(
      buckets.map(async (bucket) => (await log.take(bucket, request)).map((write): Taken => ({ ...write, bucket }))),
    )
    const writes = taken.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    const byKey = [...Map.groupBy(writes, ({ bucket, key }) => `${bucket} ${key}`).values()]
    for (let at = 0; at < byKey.length; at += batch) await this.#flush(byKey.slice(at, at + batch))
    const failed = taken.find((each) => each.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return writes.length > 0
  }

  async end(): Promise<void> {
    const { log, consumer } = this.#parts
    await Promise.all(Array.from({ length: log.buckets }, (_, bucket) => log.giveBack(bucket, consumer)))
  }

  /** @param byKey the writes of each key, in order */
  async #flush(byKey: readonly (readonly Taken[])[]): Promise<void> {
    try {
      await this.#parts.apply(byKey.map((ofKey) => flushed(ofKey.at(-1)!)))
    } catch (error) {
      return this.#flushOneByOne(byKey.flat(), error)
    }
    await this.#passed(byKey.flat())
  }

  /** One of them may be what failed. */
  async #flushOneByOne(writes: readonly Taken[], cause: unknown): Promise<void> {
    const start = this.#offset % writes.length
    const failed: { readonly write: Taken; readonly error: unknown }[] = []
    let passed = 0
    for (const write of [...writes.slice(start), ...writes.slice(0, start)]) {
      if (passed === 0 && failed.length >= FAILURES_IN_A_ROW) break
      try {
        await this.#parts.apply([flushed(write)])
      } catch (error) {
        failed.push({ write, error })
        continue
      }
      passed++
      await this.#passed([write])
    }
    this.#offset = start + failed.length
    if (passed > 0) await this.#bury(failed)
    if (failed.length > 0) throw failed[0]!.error ?? cause
  }

  async #bury(failed: readonly { readonly write: Taken; readonly error: unknown }[]): Promise<void> {
    for (const { write, error } of failed) {
      const failures = (this.#failures.get(write.id) ?? 0) + 1
      this.#failures.set(write.id, failures)
      if (failures < ATTEMPTS) continue
      await this.#parts.log.bury(write.bucket, write, messageOf(error))
      this.#failures.delete(write.id)
      this.#parts.onDead?.(flushed(write), error)
    }
  }

  /** Tags first: if this process dies in between, the writes are applied again, and the tags invalidated again. */
  async #passed(writes: readonly Taken[]): Promise<void> {
    const { log, store } = this.#parts
    const tags = [...new Set(writes.flatMap(({ tags }) => tags))]
    if (tags.length > 0 && !(await store.invalidate([], tags))) {
      throw new Error('the store did not acknowledge the invalidation of tags')
    }
    for (const write of writes) this.#failures.delete(write.id)
    const byBucket = Map.groupBy(writes, ({ bucket }) => bucket)
    await Promise.all([...byBucket].map(([bucket, ofBucket]) => done(log, bucket, ofBucket)))
  }
}

async function done(log: WriteLog, bucket: number, writes: readonly Taken[]): Promise<void> {
  await log.done(bucket, writes)
}

function flushed({ key, id, command }: TakenWrite): FlushedWrite {
  return { key, id, command }
}
