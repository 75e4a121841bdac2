import type { HttpBindings } from '@hono/node-server'
import type { Context, Hono } from 'hono'

/** Node's own request and response stand in `env` when served by Node; tests without a port leave them out. */
export type ApiEnv = { Bindings: Partial<HttpBindings> }
export type Api = Hono<ApiEnv>
export type ApiContext = Context<ApiEnv>
