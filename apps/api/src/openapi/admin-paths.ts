import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { loadRequest } from '../live/load-request.ts'
import { invalidateRequest, warmRequest } from '../routes/cache.ts'
import { actionRequest } from '../routes/live.ts'
import { resetRequest } from '../routes/stats.ts'
import { tuningChange } from '../routes/strategies.ts'
import { adminProblems, json, notInvalidated, problems } from './responses.ts'
import {
  actionAnswer,
  actions,
  entries,
  health,
  invalidateAnswer,
  loadState,
  readiness,
  resetAnswer,
  stats,
  strategy,
  strategyName,
  warmAnswer,
} from './schemas.ts'

const security = [{}, { adminToken: [] }]
const body = (schema: z.ZodType, required: boolean) => ({ required, content: { 'application/json': { schema } } })
const text = (type: string) => ({ content: { [type]: { schema: z.string() } } })

/** All paths except those of the posts. */
export const adminPaths: ZodOpenApiPathsObject = {
  '/api/strategies': {
    get: {
      operationId: 'listStrategies',
      summary: 'The strategies with their guarantees and tuning',
      tags: ['strategies'],
      responses: { '200': json('All of them', z.array(strategy)), ...problems(400, 500) },
    },
  },
  '/api/strategies/{name}': {
    patch: {
      operationId: 'tuneStrategy',
      summary: "Changes a strategy's tuning",
      tags: ['strategies'],
      security,
      requestParams: { path: z.object({ name: strategyName }) },
      requestBody: body(tuningChange, true),
      responses: { '200': json('The strategy after the change', strategy), ...adminProblems, ...problems(404) },
    },
  },
  '/api/stats': {
    get: {
      operationId: 'getStats',
      summary: 'Counters and latencies of each strategy',
      tags: ['stats'],
      responses: { '200': json('Counts and latencies', stats), ...problems(400, 500) },
    },
  },
  '/api/stats/stream': {
    get: {
      operationId: 'streamStats',
      summary: 'Figures each second, as server-sent events',
      description:
        'Event `stats`: the body of GET /api/stats with `at`, `windowMs` and, in each strategy, `window`: what happened since ' +
        'the event before. Event `mark`: something was done. Event `load`: the state of the load, as of GET /api/load.',
      tags: ['live'],
      responses: { '200': { description: 'Events', ...text('text/event-stream') }, ...problems(400, 500, 503) },
    },
  },
  '/api/entries': {
    get: {
      operationId: 'inspectKey',
      summary: 'What each strategy keeps under a key',
      tags: ['live'],
      requestParams: { query: z.object({ key: z.string().meta({ description: 'As in post:42' }) }) },
      responses: { '200': json('One for each strategy', entries), ...problems(400, 500) },
    },
  },
  '/api/load': {
    get: {
      operationId: 'getLoad',
      summary: 'The load that runs, and the last one',
      tags: ['live'],
      responses: { '200': json('Its state', loadState), ...problems(400, 500) },
    },
    post: {
      operationId: 'startLoad',
      summary: 'Starts a bounded load: the same operations for each strategy',
      description: 'From a process of its own. `ttlMs` and `originDelayMs` are put back when it ends.',
      tags: ['live'],
      security,
      requestBody: body(loadRequest, false),
      responses: { '202': json('It has started', loadState), ...adminProblems, ...problems(409) },
    },
    delete: {
      operationId: 'stopLoad',
      summary: 'Stops the load',
      tags: ['live'],
      security,
      responses: { '200': json('None runs', loadState), ...adminProblems },
    },
  },
  '/api/actions': {
    get: {
      operationId: 'listActions',
      summary: 'What the live page can do to the running system',
      tags: ['live'],
      responses: { '200': json('All of them', actions), ...problems(400, 500) },
    },
  },
  '/api/actions/{name}': {
    post: {
      operationId: 'runAction',
      summary: 'Does one of them',
      tags: ['live'],
      security,
      requestParams: { path: z.object({ name: z.string().meta({ description: 'One that GET /api/actions lists' }) }) },
      requestBody: body(actionRequest, false),
      responses: { '200': json('Done', actionAnswer), ...adminProblems, ...problems(404, 409, 503) },
    },
  },
  '/api/stats/reset': {
    post: {
      operationId: 'resetStats',
      summary: 'Resets the counters',
      tags: ['stats'],
      security,
      requestBody: body(resetRequest, false),
      responses: { '200': json('The strategies whose counters were reset', resetAnswer), ...adminProblems },
    },
  },
  '/api/cache/invalidate': {
    post: {
      operationId: 'invalidateCache',
      summary: 'Invalidates entries by key, by tag, or all',
      description:
        'If Redis is unreachable, the answer has `delivered: false`: the invalidation is delivered before this process uses Redis ' +
        'again, and until then its reads bypass the cache. A failure that is not retried, such as a command that Redis refuses ' +
        'to this user, is answered with 503 and the reason in `detail`.',
      tags: ['cache'],
      security,
      requestBody: body(invalidateRequest, true),
      responses: { '200': json('What was invalidated', invalidateAnswer), ...adminProblems, ...notInvalidated },
    },
  },
  '/api/cache/warm': {
    post: {
      operationId: 'warmCache',
      summary: 'Warms the cache: reads the list and posts through it',
      tags: ['cache'],
      security,
      requestBody: body(warmRequest, false),
      responses: { '200': json('What was loaded', warmAnswer), ...adminProblems, ...problems(503) },
    },
  },
  '/healthz': {
    get: {
      operationId: 'isAlive',
      summary: 'Whether this process is alive',
      tags: ['health'],
      responses: { '200': json('It is', health) },
    },
  },
  '/readyz': {
    get: {
      operationId: 'isReady',
      summary:
        "Whether this process's servers answer. Without Redis or memcached, it is ready but degraded: reads bypass the cache",
      tags: ['health'],
      responses: { '200': json('Ready', readiness), '503': json('The database is unreachable', readiness) },
    },
  },
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      summary: 'Metrics for Prometheus',
      tags: ['health'],
      responses: { '200': { description: 'Text format', ...text('text/plain') } },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      summary: 'This document',
      tags: ['docs'],
      responses: { '200': json('OpenAPI 3.1', z.looseObject({ openapi: z.string() })) },
    },
  },
  '/': {
    get: {
      operationId: 'getIndex',
      summary: 'The live page; a list of all routes if the pages are not built',
      tags: ['docs'],
      responses: { '200': { description: 'A page', ...text('text/html') } },
    },
  },
}
