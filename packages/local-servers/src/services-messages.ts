import type { RedisOptions } from './start-redis.ts'

/** Postgres in WebAssembly (PGlite), served to `pg` over the wire protocol. */
export interface EmbeddedPostgresOptions {
  /** Folder of the data; created if missing, locked while in use. Default: a temporary folder on disk, deleted afterwards. */
  dataDir?: string
  /** More connections are refused. They share one backend, so more of them add no speed. Default 100. */
  maxConnections?: number
}

/** A private database on a running Postgres server; dropped afterwards. */
export interface ScratchPostgresOptions {
  scratchOn: string
}

/** A private instance of the Postgres installed on this machine. */
export interface PostgresServerOptions {
  /** Extra arguments of the server, which override the defaults: `['-c', 'max_connections=200']`. */
  args?: string[]
}

export interface ServicesOptions {
  /** Default: none. `true`: with the defaults of `startRedis`. */
  redis?: true | RedisOptions
  /** Default: none. `true`: embedded, with its defaults. `server`: a real server. */
  postgres?: true | EmbeddedPostgresOptions | ScratchPostgresOptions | { server: PostgresServerOptions }
}

export interface StartedRedis {
  name: string
  version: string
  url: string
  port: number
  pid: number
}

export type StartedPostgres =
  | { kind: 'embedded' | 'scratch'; url: string }
  | { kind: 'server'; url: string; port: number; pid: number }

/** From the parent to the services process. Closing the channel, even by dying, ends everything within 2 s. */
export type ServicesRequest =
  | { type: 'start'; options: ServicesOptions }
  | { type: 'also-end'; pid: number }
  | { type: 'no-longer-end'; pid: number }
  | { type: 'stop'; withinMs: number }

/** From the services process to its parent, once. */
export type ServicesReply =
  | { type: 'ready'; redis?: StartedRedis; postgres?: StartedPostgres }
  | { type: 'failed'; error: Error }
