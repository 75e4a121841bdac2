export { createOutbox, newWriteId, type Outbox, type OutboxEntry, type OutboxOptions } from './outbox.ts'
export { type Lag, type OutboxPlace, outboxTable } from './outbox-table.ts'
export type { PostgresClient, PostgresPool, PostgresQueries } from './postgres-pool.ts'
