import type { Outbox } from 'cache-core/postgres'
import { expect, it } from 'vitest'
import { closeOutboxes } from './outboxes.ts'
import type { StrategyInstances } from './strategy-instances.ts'

it('closes in time when the database does not answer', async () => {
  const waiting = setInterval(() => {}, 1_000)
  const outbox = { close: () => new Promise<void>(() => {}) } as Outbox
  const withOutbox = [{ outbox }] as StrategyInstances['withOutbox']
  const startedAt = performance.now()
  await closeOutboxes({ withOutbox })
  expect(performance.now() - startedAt).toBeLessThan(3_000)
  clearInterval(waiting)
})
