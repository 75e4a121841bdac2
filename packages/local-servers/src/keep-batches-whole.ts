import type { PGlite } from '@electric-sql/pglite'

/** Parse, Bind, Execute, Describe, Close, Flush: the messages of a statement, up to its Sync. */
const BATCH_MESSAGES = 'PBEDCH'

/**
 * Keeps the messages of one statement together. pglite-socket 0.2.17 schedules clients message by message, and keeps a client
 * scheduled only inside an explicit transaction. When several clients have waited for one, their Parse, Bind and Execute
 * interleave: an INSERT was acknowledged and never run. So a batch is reported as a transaction.
 */
export function keepBatchesWhole(db: PGlite): void {
  let inBatch = false
  const { execProtocolRawStream, isInTransaction, exec } = db
  db.execProtocolRawStream = (message, options) => {
    inBatch = BATCH_MESSAGES.includes(String.fromCharCode(message[0]!))
    return execProtocolRawStream.call(db, message, options)
  }
  db.isInTransaction = () => inBatch || isInTransaction.call(db)
  // The server calls this when a client disconnects in the middle of a batch.
  db.exec = (...args) => {
    inBatch = false
    return exec.apply(db, args)
  }
}
