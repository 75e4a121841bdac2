import pg from 'pg'
import { cancelStatement } from './cancel-statement.ts'
import { reasonOf } from './errors.ts'

export interface BoundedPoolConfig extends pg.PoolConfig {
  /** The time limit of a statement, in ms; 0: none. */
  statementTimeoutMs: number
  connectionTimeoutMillis: number
  /** Called once if a pooler refuses the start-up parameter `statement_timeout`. */
  onRefused(): void
}

/** The server's own timeout should come first: a cancellation needs another connection. */
const SERVER_FIRST_MS = 50

/**
 * A pool in which no statement takes longer than `statementTimeoutMs`, even behind a pooler.
 *
 * The server gets the timeout as a start-up parameter, which costs no round trip. A pooler may refuse it (PgBouncer does by default)
 * or drop it, and a `SET` would affect other clients, which share the pooler's connections. So this pool cancels a statement that
 * runs longer. Without an answer within `connectionTimeoutMillis`, it closes the connection.
 */
export class BoundedPool extends pg.Pool {
  constructor(config: BoundedPoolConfig) {
    const own = {
      statement_timeout: config.statementTimeoutMs,
      Client: BoundedClient as unknown as new () => pg.Client,
    }
    super({ ...config, ...own })
  }

  override connect(): Promise<pg.PoolClient>
  override connect(callback: ConnectCallback): void
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    const client = this.#connect()
    if (callback === undefined) return client
    client.then(
      (connected) => callback(undefined, connected, (release) => connected.release(release)),
      (error: Error) => callback(error, undefined, () => {}),
    )
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await super.connect()
    } catch (error) {
      this.#acceptRefusal(error)
      return this.#connect()
    }
  }

  /** @throws the error, unless it is the refusal of the timeout: that is reported once, and the pool stops sending the parameter */
  #acceptRefusal(error: unknown): void {
    const refused = /unsupported startup parameter: (\w+)/.exec(reasonOf(error))?.[1]
    if (refused === undefined) throw error
    if (refused !== 'statement_timeout') {
      const remedy = "take it out of the database URL, or add it to PgBouncer's ignore_startup_parameters"
      throw new Error(`the pooler in front of Postgres refuses the start-up parameter ${refused}; ${remedy}`, {
        cause: error,
      })
    }
    // Several connections may be refused at the same time.
    if (this.options.statement_timeout === false) return
    this.options.statement_timeout = false
    const { onRefused } = this.options as unknown as BoundedPoolConfig
    onRefused()
  }
}

type ConnectCallback = Parameters<pg.Pool['connect']>[0]
type QueryCallback = (error: Error | undefined, result?: unknown) => void

class BoundedClient extends pg.Client {
  readonly #config: BoundedPoolConfig

  constructor(config: BoundedPoolConfig) {
    super(config)
    this.#config = config
  }

  // biome-ignore lint/suspicious/noExplicitAny: pg has nine signatures for it; kysely and the pool use two.
  override query(...args: any[]): any {
    const isCursor = typeof args[0]?.submit === 'function' // not a promise, and several statements
    if (isCursor || this.#config.statementTimeoutMs === 0) return this.#send(args)
    const callback: QueryCallback | undefined = typeof args.at(-1) === 'function' ? args.pop() : undefined
    const result = this.#bounded(this.#send(args))
    if (callback === undefined) return result
    result.then(
      (answer) => callback(undefined, answer),
      (error) => callback(error),
    )
  }

  #send(args: unknown[]): Promise<unknown> {
    return super.query(...(args as [string]))
  }

  async #bounded(result: Promise<unknown>): Promise<unknown> {
    const { statementTimeoutMs, connectionTimeoutMillis } = this.#config
    let cancelling: Promise<void> | undefined
    let closing: NodeJS.Timeout | undefined
    const late = setTimeout(() => {
      const closed = Promise.withResolvers<void>()
      closing = setTimeout(() => {
        const withinMs = statementTimeoutMs + connectionTimeoutMillis
        this.connection.stream.destroy(new Error(`timeout: no answer from the database within ${withinMs} ms`))
        closed.resolve()
      }, connectionTimeoutMillis - SERVER_FIRST_MS)
      cancelling = Promise.race([cancelStatement(this, this.#config), closed.promise])
    }, statementTimeoutMs + SERVER_FIRST_MS)
    try {
      return await result
    } catch (error) {
      throw cancelling && isCancelled(error) ? new StatementTimeout(statementTimeoutMs, error) : error
    } finally {
      clearTimeout(late)
      await cancelling // otherwise it might end the next statement on this connection
      clearTimeout(closing)
    }
  }
}

const CANCELLED = '57014'

function isCancelled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === CANCELLED
}

/** Like the server's own error, with the same code. */
class StatementTimeout extends Error {
  readonly code = CANCELLED

  constructor(timeoutMs: number, cause: unknown) {
    super(`cancelled due to statement timeout: it took longer than ${timeoutMs} ms`, { cause })
  }
}
