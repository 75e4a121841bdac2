import type { RedisOptions } from './start-redis.ts'

/** Postgres in WebAssembly (PGlite), served to `pg` over the wire protocol. */
export interface EmbeddedPostgresOptions {
  /** Where the data is kept; made if missing, locked while in use. Default: a temporary folder on disk, deleted afterwards. */
  dataDir?: string
  /** Connections beyond it are cut off. They share one backend, so more of them is not more speed. Default 100. */
  maxConnections?: number
}

/** A database of one's own on a Postgres server that runs anyway; dropped afterwards. */
export interface ScratchPostgresOptions {
  scratchOn: string
}

/** A real Postgres of one's own, as installed on this machine. */
export interface PostgresServerOptions {
  /** More of the server's own arguments, which win over the defaults: `['-c', 'max_connections=200']`. */
  args?: string[]
}

export interface ServicesOptions {
  /** Default: none. `true`: with the defaults of `startRedis`. */
  redis?: true | RedisOptions
  /** Default: none. `true`: embedded, with its defaults. `server`: a real one. */
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

/** From the parent to the services process. Closing the channel, even by dying, means: end everything, within 2 s. */
export type ServicesRequest =
  | { type: 'start'; options: ServicesOptions }
  | { type: 'also-end'; pid: number }
  | { type: 'no-longer-end'; pid: number }
  | { type: 'stop'; withinMs: number }

/** From the services process to its parent, once. */
export type ServicesReply =
  | { type: 'ready'; redis?: StartedRedis; postgres?: StartedPostgres }
  | { type: 'failed'; error: Error }
