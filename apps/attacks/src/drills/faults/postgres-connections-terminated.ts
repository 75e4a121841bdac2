import type { Drill } from '../drill.ts'

const TIMES = 4

export const postgresConnectionsTerminated: Drill = {
  name: 'postgres-connections-terminated',
  fault: `pg_terminate_backend of all connections, ${TIMES} times`,
  holds: 'no read fails, since reads are retried; only writes in flight fail, with 503; no stale reads',
  allows: { failedWrites: [503] },
  async inject({ database, load, span }) {
    for (let i = 0; i < TIMES; i++) {
      // Waits until each backend is gone: on a busy machine, a terminated one may still accept a statement.
      await span(() =>
        database.query(`
          SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`),
      )
      await load.more(80)
    }
  },
}
