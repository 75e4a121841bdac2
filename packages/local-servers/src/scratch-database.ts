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
 * @param copyOf another scratch database of this server, to copy instead. No client may be connected to it.
 */
export async function createScratchDatabase(
  serverUrl: string,
  copyOf?: Pick<ScratchDatabase, 'url'>,
): Promise<ScratchDatabase> {
  // Valid without quotes.
  const name = `scratch_${process.pid}_${randomBytes(6).toString('hex')}`
  const template = copyOf && ` TEMPLATE ${new URL(copyOf.url).pathname.slice(1)}`
  const embedded = await onServer(serverUrl, 'create a database', async (client) => {
    if (await isPGlite(client)) return true
    await client.query(`CREATE DATABASE ${name}${template ?? ''}`)
    return false
  })
  if (embedded) {
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

/** Whether an embedded Postgres serves this URL. Throws as {@link createScratchDatabase} does. */
export function isEmbedded(serverUrl: string): Promise<boolean> {
  return onServer(serverUrl, 'ask for the version', isPGlite)
}

async function isPGlite(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ version: string }>('SELECT version()')
  return rows[0]?.version.includes('PGlite') ?? false
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
