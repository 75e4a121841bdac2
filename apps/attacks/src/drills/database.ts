/** A private Postgres for a set of drills. Each drill gets a copy of one template database. */
import { type PostgresServer, startPostgresServer } from 'local-servers'
import pg from 'pg'
import { schemaName } from 'posts-db'
import { type StrategyName, strategyNames } from 'strategies'
import { loadCopies } from '../start-attacked-system.ts'

export interface DrillDatabases {
  readonly server: PostgresServer
  /** Makes a fresh copy, with the drill's own connections to it. */
  copy(): Promise<DatabaseCopy>
  stop(): Promise<void>
}

export interface DatabaseCopy {
  readonly url: string
  /** For transactions of several statements. */
  readonly client: pg.Client
  versionOf(strategy: StrategyName, id: number): Promise<number>
  /** Ends the drill's connections and drops the copy, even while it is in use. */
  drop(): Promise<void>
}

const TEMPLATE = 'all_posts'
const POSTS = 20

export async function startDatabases(): Promise<DrillDatabases> {
  const server = await startPostgresServer()
  const onServer = async (statement: string) => {
    const client = await connect(server.url)
    await client.query(statement).finally(() => client.end())
  }
  await onServer(`CREATE DATABASE ${TEMPLATE}`)
  await loadCopies(urlOf(server, TEMPLATE), strategyNames, POSTS)
  let copies = 0
  return {
    server,
    async copy() {
      const name = `drill_${++copies}`
      await onServer(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`)
      const url = urlOf(server, name)
      const client = await connect(url)
      const pool = new pg.Pool({ connectionString: url, max: 4, application_name: 'drill' })
      pool.on('error', () => {}) // drills terminate connections
      return {
        url,
        client,
        async versionOf(strategy, id) {
          const { rows } = await pool.query(`SELECT version FROM ${schemaName(strategy)}.posts WHERE id = $1`, [id])
          return rows[0].version
        },
        async drop() {
          await Promise.all([client.end(), pool.end()])
          await onServer(`DROP DATABASE ${name} WITH (FORCE)`)
        },
      }
    },
    stop: () => server.stop(),
  }
}

function urlOf(server: PostgresServer, database: string): string {
  const url = new URL(server.url)
  url.pathname = `/${database}`
  return url.href
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, application_name: 'drill' })
  client.on('error', () => {}) // the next query reports it
  await client.connect()
  return client
}
