/** The thread that runs PGlite. Its first message has the port or the error; any message to it ends it. */
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { keepBatchesWhole } from './keep-batches-whole.ts'

export interface PostgresWorkerData {
  dataDir: string
  maxConnections: number
}

export type PostgresWorkerReply = { port: number } | { error: Error }

const { dataDir, maxConnections } = workerData as PostgresWorkerData
const stopAsked = new Promise((resolve) => parentPort!.once('message', resolve))
try {
  const db = await PGlite.create(dataDir)
  keepBatchesWhole(db)
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections })
  await server.start()
  reply({ port: Number(server.getServerConn().split(':')[1]) })
  await stopAsked
  await server.stop()
  await db.close()
} catch (error) {
  reply({ error: error instanceof Error ? error : new Error(String(error)) })
}
process.exit()

function reply(message: PostgresWorkerReply): void {
  parentPort!.postMessage(message)
}
