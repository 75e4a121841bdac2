/** Delivers changes made around the caches, and changes whose writers died before the invalidation. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lag, Outbox } from 'cache-core/postgres'
import { type PostsDatabase, recordChanges } from 'posts-db'
import { type StrategyName, strategyNames } from 'strategies'
import { within } from '../process/within.ts'
import { namedStrategy } from './named-strategy.ts'
import type { StrategyInstances } from './strategy-instances.ts'
import type { StrategyProvider } from './strategy-provider.ts'

/** How long the start waits for pending changes. Until they are delivered, reads bypass the cache. */
const CATCH_UP_WITHIN_MS = 1_000
/** How long closing may take: a part of the time that a process has for its shutdown. */
const CLOSE_WITHIN_MS = 1_000

/** Whether a strategy keeps entries and guarantees that reads see changes. Others need no outbox. */
export function needsOutbox({
  storeKind,
  readAfterWriteOf,
}: Pick<StrategyProvider, 'storeKind' | 'readAfterWriteOf'>): boolean {
  return storeKind !== 'none' && readAfterWriteOf !== 'none'
}

/** The named strategies that need an outbox, over any store. */
export const strategiesWithOutbox: readonly StrategyName[] = strategyNames.filter((name) =>
  needsOutbox(namedStrategy(name, undefined, '')),
)

/** Enables the recording of changes in the copies of the strategies that need an outbox. */
export async function enableChangeRecording(
  database: PostsDatabase,
  schemaOf: (strategy: string) => string,
): Promise<void> {
  for (const name of strategiesWithOutbox) await recordChanges(database, schemaOf(name))
}

/** Starts delivery. Resolves when all caches may be used, or after 1 s. */
export async function startOutboxes({ withOutbox }: StrategyInstances): Promise<void> {
  for (const { outbox } of withOutbox) outbox.start()
  const caughtUp = Promise.all(withOutbox.map(({ outbox }) => outbox.caughtUp()))
  await Promise.race([caughtUp, sleep(CATCH_UP_WITHIN_MS)])
}

/** Marks delivered rows, if the database answers in time. Unmarked rows are delivered again. */
export async function closeOutboxes({ withOutbox }: Pick<StrategyInstances, 'withOutbox'>): Promise<void> {
  const closed = Promise.all(withOutbox.map(({ outbox }) => outbox.close()))
  await Promise.race([closed, sleep(CLOSE_WITHIN_MS, undefined, { ref: false })])
}

/** Without it, each caller would wait for a hanging database until the statement timeout, and hold a connection. */
const LAG_WITHIN_MS = 2_000
const underWay = new WeakMap<Outbox, Promise<Lag>>()

/** The outbox's lag. Concurrent callers share one query. @throws when it takes more than 2 s */
export async function lagOf(outbox: Outbox): Promise<Lag> {
  const asked = underWay.get(outbox) ?? outbox.lag().finally(() => underWay.delete(outbox))
  underWay.set(outbox, asked)
  return within(asked, LAG_WITHIN_MS, `the database did not answer the outbox's lag query within ${LAG_WITHIN_MS} ms`)
}

/** The lag of all outboxes together. @throws when the database does not answer within 2 s */
export async function outboxLag({
  withOutbox,
}: StrategyInstances): Promise<{ undelivered: number; lagSeconds: number }> {
  const lags = await Promise.all(withOutbox.map(({ outbox }) => lagOf(outbox)))
  return {
    undelivered: lags.reduce((sum, { undelivered }) => sum + undelivered, 0),
    lagSeconds: Math.max(0, ...lags.map(({ lagMs }) => lagMs)) / 1_000,
  }
}
