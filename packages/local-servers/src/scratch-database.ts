import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { startPostgres } from './start-postgres.ts'

export interface ScratchDatabase {
  url: string
  /** Deletes it, even with open connections. */
  drop(): Promise<void>
}

/**
 * Creates an empty database on the server behind `serverUrl`, whose user needs the right to create databases. An embedded Postgres
 * has only one database, so for one a second embedded Postgres is started (about 3 s).
 *
 * Throws if the server can't be reached within 5 s or refuses; the message names the server, never the password.
 */
export async function createScratchDatabase(serverUrl: string): Promise<ScratchDatabase> {
  // Valid without quotes.
  const name = `scratch_${process.pid}_${randomBytes(6).toString('hex')}`
  const isEmbedded = await onServer(serverUrl, 'create a database', async (client) => {
    const { rows } = await client.query<{ version: string }>('SELECT version()')
    if (rows[0]?.version.includes('PGlite')) return true
    await client.query(`CREATE DATABASE ${name}`)
    return false
  })
  if (isEmbedded) {
    const own = await startPostgres()
    return { url: own.url, drop: own.stop }
  }
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: () =>
      onServer(serverUrl, `drop the database ${name}`, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      }),
  }
}

async function onServer<T>(url: string, what: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  try {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
    client.on('error', () => {})
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  } catch (cause) {
    throw new Error(`can't ${what} on ${hostOf(url)}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

/** `host:port` of a database or Redis URL, without its secrets. */
export function hostOf(url: string): string {
  if (!URL.canParse(url)) return 'an invalid URL'
  const { hostname, port, protocol } = new URL(url)
  return `${hostname || 'localhost'}:${port || (protocol.startsWith('postgres') ? '5432' : '6379')}`
}
