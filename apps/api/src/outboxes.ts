/** Delivering the changes that are made around the caches, and those whose writers died before they could void them. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lag, Outbox } from 'cache-core/postgres'
import { type PostsDatabase, recordChanges } from 'posts-db'
import { type StrategyName, strategyNames } from 'strategies'
import { namedStrategy } from './named-strategy.ts'
import type { Runtimes } from './runtimes.ts'
import type { ServedStrategy } from './served-strategy.ts'

/** Starting waits no longer for what is to be caught up with; until it is, reads bypass the cache. */
const CATCH_UP_WITHIN_MS = 1_000
/** Of the time that a process has to end. */
const CLOSE_WITHIN_MS = 1_000

/** Whether a strategy keeps entries of which it guarantees that changes are seen. Others pay for no outbox. */
export function promisesChanges({
  storeKind,
  readAfterWriteOf,
}: Pick<ServedStrategy, 'storeKind' | 'readAfterWriteOf'>): boolean {
  return storeKind !== 'none' && readAfterWriteOf !== 'none'
}

/** The named strategies for which that is so, wherever their entries lie. */
export const strategiesWithOutbox: readonly StrategyName[] = strategyNames.filter((name) =>
  promisesChanges(namedStrategy(name, undefined, '')),
)

/** Has changes recorded in the copies of those strategies that promise them. */
export async function recordPromised(database: PostsDatabase, schemaOf: (strategy: string) => string): Promise<void> {
  for (const name of strategiesWithOutbox) await recordChanges(database, schemaOf(name))
}

/** Begins to deliver. Resolves when all caches may be used, or when that takes too long. */
export async function startOutboxes({ withOutbox }: Runtimes): Promise<void> {
  for (const { outbox } of withOutbox) outbox.start()
  const caughtUp = Promise.all(withOutbox.map(({ outbox }) => outbox.caughtUp()))
  await Promise.race([caughtUp, sleep(CATCH_UP_WITHIN_MS)])
}

/** Marks what was delivered, if the database answers in time: what is not marked is delivered once more. */
export async function closeOutboxes({ withOutbox }: Pick<Runtimes, 'withOutbox'>): Promise<void> {
  const closed = Promise.all(withOutbox.map(({ outbox }) => outbox.close()))
  await Promise.race([closed, sleep(CLOSE_WITHIN_MS, undefined, { ref: false })])
}

/** A database that hangs would otherwise keep who asks, and a connection each time, for as long as a statement may take. */
const LAG_WITHIN_MS = 2_000
const underWay = new WeakMap<Outbox, Promise<Lag>>()

/** How far an outbox is behind; who asks meanwhile shares the answer. @throws when it takes more than 2 s */
export async function lagOf(outbox: Outbox): Promise<Lag> {
  const asked = underWay.get(outbox) ?? outbox.lag().finally(() => underWay.delete(outbox))
  underWay.set(outbox, asked)
  const overdue = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => overdue.reject(new Error('the database did not say how far the outbox is')),
    LAG_WITHIN_MS,
  )
  return Promise.race([asked, overdue.promise]).finally(() => clearTimeout(timer))
}

/** How far the outboxes are behind, all together. @throws when the database does not say within 2 s */
export async function outboxLag({ withOutbox }: Runtimes): Promise<{ undelivered: number; lagSeconds: number }> {
  const lags = await Promise.all(withOutbox.map(({ outbox }) => lagOf(outbox)))
  return {
    undelivered: lags.reduce((sum, { undelivered }) => sum + undelivered, 0),
    lagSeconds: Math.max(0, ...lags.map(({ lagMs }) => lagMs)) / 1_000,
  }
}
