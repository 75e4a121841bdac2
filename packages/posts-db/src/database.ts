import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { checkWhole } from './check-whole.ts'
import { PostsDbError } from './errors.ts'
import type { Tables } from './tables.ts'

/** How to reach Postgres, and how long to wait for it. */
export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`; query parameters as `pg` understands them. */
  url: string
  /** Connections at most; this sets how many misses run at once, so print it in reports. Default 20, at least 1. */
  maxConnections?: number
  /**
   * Longest a statement may run before Postgres ends it, in ms. Default 10,000; 0 = no limit. Should no answer come at all
   * (a server that hangs, or PGlite, which ends nothing), the call fails 2 s later.
   */
  statementTimeoutMs?: number
  /** Told of errors on idle connections (the server went away); the pool replaces them by itself. Default: ignored. */
  onError?: (error: Error) => void
}

/** A connection pool with typed queries over it. */
export interface PostsDatabase {
  readonly kysely: Kysely<Tables>
  /** For metrics: `totalCount`, `idleCount`, `waitingCount`. */
  readonly pool: pg.Pool
  /** Ends all connections, those in use once they are given back. May be called again. */
  close(): Promise<void>
  /** Resolves when Postgres answers, else rejects within about 2 s. */
  ping(): Promise<void>
}

const connectionTimeoutMs = 2_000

/**
 * Opens nothing yet: the first query does. A query waits at most 2 s for a connection, then fails.
 *
 * @throws PostsDbError `BAD_OPTION` for a URL that isn't Postgres', or a limit out of range
 */
export function createDatabase(options: DatabaseOptions): PostsDatabase {
  const { url, maxConnections = 20, statementTimeoutMs = 10_000, onError } = options
  checkUrl(url)
  checkWhole('maxConnections', maxConnections, 1)
  checkWhole('statementTimeoutMs', statementTimeoutMs, 0)

  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectionTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs && statementTimeoutMs + connectionTimeoutMs,
    application_name: 'posts-db',
    keepAlive: true,
  })
  // Without a listener an idle connection's end would end the process. Nothing is lost by ignoring it:
  // the pool drops that connection, and whoever asks next gets a new one or the error.
  pool.on('error', (error) => {
    delete (error as { client?: pg.Client }).client // pg hangs the whole connection on it, for the log to print
    onError?.(error)
  })
  // So would the end of one in use between two statements, or after the error that announces it, when the pool does not listen.
  // Whoever uses it hears of it from the next statement.
  pool.on('connect', (client) => client.on('error', () => {}))

  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  let closing: Promise<void> | undefined

  return {
    kysely,
    pool,
    close() {
      closing ??= kysely.destroy().then(() => (pool.ended ? undefined : pool.end()))
      return closing
    },
    async ping() {
      // pg reads query_timeout per query, its types don't know: without it a server that hangs is waited for.
      const query: pg.QueryConfig & { query_timeout: number } = { text: 'select 1', query_timeout: connectionTimeoutMs }
      await pool.query(query)
    },
  }
}

function checkUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    // The URL itself may hold a password, so only what comes before :// is shown.
    const shown = protocol ?? 'no URL'
    throw new PostsDbError(
      'BAD_OPTION',
      `the database URL must look like postgres://user:password@host:5432/database (got ${shown})`,
    )
  }
}
