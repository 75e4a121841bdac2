import type { PGlite } from '@electric-sql/pglite'

/** Parse, Bind, Execute, Describe, Close, Flush: the messages of a statement, up to its Sync. */
const BATCH_MESSAGES = 'PBEDCH'

/**
 * Keeps the messages of one statement together. pglite-socket 0.2.17 hands out turns message by message, and holds a
 * client's turn only inside an explicit transaction; when several clients have waited behind one, their Parse, Bind and
 * Execute interleave, and an INSERT was seen to be acknowledged and never run. So a batch passes for a transaction.
 */
export function keepBatchesWhole(db: PGlite): void {
  let inBatch = false
  const { execProtocolRawStream, isInTransaction, exec } = db
  db.execProtocolRawStream = (message, options) => {
    inBatch = BATCH_MESSAGES.includes(String.fromCharCode(message[0]!))
    return execProtocolRawStream.call(db, message, options)
  }
  db.isInTransaction = () => inBatch || isInTransaction.call(db)
  // What the server itself runs when a client has left in the middle of a batch.
  db.exec = (...args) => {
    inBatch = false
    return exec.apply(db, args)
  }
}
