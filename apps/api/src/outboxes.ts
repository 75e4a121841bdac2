/** Delivering the changes that are made around the caches, and those whose writers died before they could void them. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lag, Outbox } from 'cache-core/postgres'
import { type PostsDatabase, recordChanges } from 'posts-db'
import { type StrategyName, strategies, strategyNames } from 'strategies'
import type { Runtimes } from './runtimes.ts'

/** Starting waits no longer for what is to be caught up with; until it is, reads bypass the cache. */
const CATCH_UP_WITHIN_MS = 1_000
/** Of the time that a process has to end. */
const CLOSE_WITHIN_MS = 1_000

/** Whether a strategy promises that changes are seen. Others pay for no outbox. */
export function promisesChanges(strategy: StrategyName): boolean {
  const { write, breaks } = strategies[strategy]
  return write().promise.readAfterWrite && breaks === undefined
}

/** Has changes recorded in the copies of those strategies that promise them. */
export async function recordPromised(database: PostsDatabase, schemaOf: (strategy: string) => string): Promise<void> {
  for (const name of strategyNames) if (promisesChanges(name)) await recordChanges(database, schemaOf(name))
}

/** Begins to deliver. Resolves when all caches may be used, or when that takes too long. */
export async function startOutboxes({ withOutbox }: Runtimes): Promise<void> {
  for (const { outbox } of withOutbox) outbox.start()
  const caughtUp = Promise.all(withOutbox.map((runtime) => runtime.caughtUp))
  await Promise.race([caughtUp, sleep(CATCH_UP_WITHIN_MS)])
}

/** Marks what was delivered, if the database answers in time: what is not marked is delivered once more. */
export async function closeOutboxes({ withOutbox }: Runtimes): Promise<void> {
  const closed = Promise.all(withOutbox.map(({ outbox }) => outbox.close()))
  await Promise.race([closed, sleep(CLOSE_WITHIN_MS, undefined, { ref: false })])
}

/** Who asks how far behind it is, asks when something is wrong: a database that hangs must not keep them waiting. */
const LAG_WITHIN_MS = 1_000

/** @throws what Postgres does, and Error when it has not answered within a second */
export async function lagOf(outbox: Outbox): Promise<Lag> {
  const overdue = sleep(LAG_WITHIN_MS, undefined, { ref: false }).then(() => {
    throw new Error(`the database did not say within ${LAG_WITHIN_MS} ms how far the outbox is behind`)
  })
  return Promise.race([outbox.lag(), overdue])
}

/** How far the outboxes are behind, all together. @throws as `lagOf` */
export async function outboxLag({ withOutbox }: Runtimes): Promise<{ undelivered: number; lagSeconds: number }> {
  const lags = await Promise.all(withOutbox.map(({ outbox }) => lagOf(outbox)))
  return {
    undelivered: lags.reduce((sum, { undelivered }) => sum + undelivered, 0),
    lagSeconds: Math.max(0, ...lags.map(({ lagMs }) => lagMs)) / 1_000,
  }
}
