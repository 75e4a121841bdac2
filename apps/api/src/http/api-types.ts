import type { HttpBindings } from '@hono/node-server'
import type { Context, Hono } from 'hono'

/** `env` has Node's request and response when Node serves; tests without a port leave them out. */
export type ApiEnv = { Bindings: Partial<HttpBindings> }
export type Api = Hono<ApiEnv>
export type ApiContext = Context<ApiEnv>
