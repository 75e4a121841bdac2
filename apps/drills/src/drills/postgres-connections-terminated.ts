import type { Drill } from '../drill.ts'

const TIMES = 4

export const postgresConnectionsTerminated: Drill = {
  name: 'postgres-connections-terminated',
  fault: `pg_terminate_backend of all connections, ${TIMES} times`,
  holds: 'no read fails, since it is asked again; of the writes only what was under way does, with 503; no read is old',
  allows: { failedWrites: [503] },
  async inflict({ database, load, span }) {
    for (let i = 0; i < TIMES; i++) {
      // It waits for each to be gone: told to end, one on a busy machine may be given a statement still.
      await span(() =>
        database.query(`
          SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`),
      )
      await load.more(80)
    }
  },
}
