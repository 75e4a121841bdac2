export { createOutbox, newWriteId, type Outbox } from './outbox.ts'
export type { OutboxEntry, OutboxOptions } from './outbox-options.ts'
export { type Lag, type OutboxPlace, outboxTable } from './outbox-table.ts'
export type { PostgresClient, PostgresPool, PostgresQueries } from './postgres-pool.ts'
