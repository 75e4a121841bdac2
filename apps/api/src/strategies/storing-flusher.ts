import { createFlusher, type Flusher, type Invalidated, type Store, type WriteLog } from 'cache-core'
import { newWriteId, type Outbox } from 'cache-core/postgres'
import type { Logger } from 'pino'
import { type AppliedWrites, isRefusedValue, type QueuedPost, type QueuedWrite } from 'posts-db'

/** One strategy's copy of the posts, for queued writes. */
export interface QueueTarget {
  apply(writes: readonly QueuedWrite[], options: { readonly writeId: string | undefined }): Promise<AppliedWrites>
  highestStoredId(): Promise<string>
}

export interface StoringFlusherOptions {
  /** Of the strategy, for the log. */
  readonly name: string
  readonly log: WriteLog
  readonly store: Pick<Store, 'invalidate'>
  readonly outbox: Outbox | undefined
  readonly target: QueueTarget
  /** Entries in this process's memory. */
  readonly invalidateMemory: (what: Invalidated) => Promise<void>
  readonly logger: Logger
}

/** Stores a strategy's queued writes in its copy of the posts. */
export function storingFlusher(options: StoringFlusherOptions): Flusher {
  const { name, log, store, outbox, target, invalidateMemory, logger } = options
  /** Of batches that are stored, but whose lists are not invalidated yet. */
  let stored: string[] = []
  return createFlusher({
    log,
    store: {
      async invalidate(keys, tags) {
        const before = stored
        stored = []
        await invalidateMemory({ keys, tags })
        const isConfirmed = await store.invalidate(keys, tags)
        // Otherwise a relay invalidates, after 1 s.
        if (isConfirmed) for (const writeId of before) outbox?.delivered(writeId)
        return isConfirmed
      },
    },
    async apply(writes) {
      const writeId = outbox && newWriteId()
      const queued = writes.map(({ key, id, command }) => ({ key, id, command: command as QueuedPost }))
      const { differing } = await target.apply(queued, { writeId })
      // They were changed around the queue. A batch that is applied again names them again.
      if (differing.length > 0 && !(await store.invalidate(differing, []))) {
        throw new Error(
          `the entries of ${differing.length} posts that were changed around the queue can't be invalidated`,
        )
      }
      if (writeId !== undefined) stored.push(writeId)
    },
    isRefused: isRefusedValue,
    onFailing: (err) => logger.warn({ err }, `queue of ${name}: can't store writes; retrying`),
    onFlushing: () => logger.warn(`queue of ${name}: stores writes again`),
    onDead: ({ key, id }, err) =>
      logger.error({ key, id, err }, `queue of ${name}: the database refuses a write of ${key}`),
  })
}
