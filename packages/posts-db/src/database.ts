import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import { BoundedPool } from './bounded-pool.ts'
import { checkWhole } from './check-whole.ts'
import { PostsDbError } from './errors.ts'
import type { Tables } from './tables.ts'

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`; query parameters as `pg` understands them. */
  url: string
  /** Maximum number of connections, and so of concurrent misses: print it in reports. Default 20, at least 1. */
  maxConnections?: number
  /**
   * A statement is cancelled after this time, in ms: 0 (no limit) to 86,400,000, default 10,000. A `statement_timeout` in the URL
   * overrides it. Without an answer (a hanging server, a pooler whose connections are all in use, or PGlite, which has no
   * cancellation) the call fails 2 s later and its connection is closed.
   */
  statementTimeoutMs?: number
  /** Called once, with a line for the operator, if a pooler refuses `statement_timeout`. Default: not reported. */
  onWarning?: (line: string) => void
  /** Called for errors on idle connections (the server stopped), which the pool replaces. Default: ignored. */
  onError?: (error: Error) => void
}

/** A connection pool with typed queries. */
export interface PostsDatabase {
  readonly kysely: Kysely<Tables>
  /** For metrics: `totalCount`, `idleCount`, `waitingCount`. */
  readonly pool: pg.Pool
  /** Ends all connections, those in use once they are released. May be called again. */
  close(): Promise<void>
  /** Resolves when Postgres answers, otherwise rejects within about 2 s. */
  ping(): Promise<void>
}

const connectionTimeoutMs = 2_000
const maxTimeoutMs = 86_400_000

/**
 * The first query opens a connection. A query waits at most 2 s for one, then fails.
 *
 * @throws PostsDbError `BAD_OPTION` for a URL of another protocol, or a limit out of range
 */
export function createDatabase(options: DatabaseOptions): PostsDatabase {
  const { maxConnections = 20, onError, onWarning } = options
  checkUrl(options.url)
  checkWhole('maxConnections', maxConnections, 1)
  const { url, statementTimeoutMs } = withoutTimeout(options)

  const pool: pg.Pool = new BoundedPool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectionTimeoutMs,
    statementTimeoutMs,
    onRefused: () => onWarning?.(refusedTimeout(statementTimeoutMs)),
    application_name: 'posts-db',
    keepAlive: true,
  })
  // Without a listener the end of an idle connection would end the process. It is safe to ignore: the pool drops that connection,
  // and the next caller gets a new one or the error.
  pool.on('error', (error) => {
    delete (error as { client?: pg.Client }).client // pg attaches the whole connection, which a log would print
    onError?.(error)
  })
  // The same for a connection in use: the pool does not listen there, between two statements or after the error that announces
  // the end. The next statement reports it.
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
      // pg supports query_timeout per query, but its types don't. Without it a ping would wait for a hanging server.
      const query: pg.QueryConfig & { query_timeout: number } = { text: 'select 1', query_timeout: connectionTimeoutMs }
      await pool.query(query)
    },
  }
}

/** The URL without its `statement_timeout`, which a pooler may refuse, and the effective timeout. */
function withoutTimeout({ url, statementTimeoutMs = 10_000 }: DatabaseOptions) {
  checkWhole('statementTimeoutMs', statementTimeoutMs, 0, maxTimeoutMs)
  const bare = new URL(url)
  const given = bare.searchParams.get('statement_timeout')
  if (given === null) return { url, statementTimeoutMs }
  checkWhole('statement_timeout in the database URL', given === '' ? Number.NaN : Number(given), 0, maxTimeoutMs)
  bare.searchParams.delete('statement_timeout')
  return { url: bare.href, statementTimeoutMs: Number(given) }
}

function refusedTimeout(timeoutMs: number): string {
  const remedy = "for a limit that outlives this process, set it in Postgres: alter role … set statement_timeout = '…'"
  return `the pooler in front of Postgres refuses the start-up parameter statement_timeout: this process cancels statements after ${timeoutMs} ms; ${remedy}`
}

function checkUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    // The URL may contain a password, so only its protocol is shown.
    const shown = protocol ?? 'no URL'
    throw new PostsDbError(
      'BAD_OPTION',
      `the database URL must look like postgres://user:password@host:5432/database (got ${shown})`,
    )
  }
}
