import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { invalidateRequest, warmRequest } from '../routes/cache.ts'
import { resetRequest } from '../routes/stats.ts'
import { tuningChange } from '../routes/strategies.ts'
import { adminProblems, json, problems } from './responses.ts'
import {
  health,
  invalidateAnswer,
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

/** Everything but the posts. */
export const steeringPaths: ZodOpenApiPathsObject = {
  '/api/strategies': {
    get: {
      operationId: 'listStrategies',
      summary: 'The strategies: what they guarantee and how they are tuned',
      tags: ['strategies'],
      responses: { '200': json('All of them', z.array(strategy)), ...problems(400, 500) },
    },
  },
  '/api/strategies/{name}': {
    patch: {
      operationId: 'tuneStrategy',
      summary: 'Changes the tuning from now on',
      tags: ['strategies'],
      security,
      requestParams: { path: z.object({ name: strategyName }) },
      requestBody: body(tuningChange, true),
      responses: { '200': json('What is in force now', strategy), ...adminProblems, ...problems(404) },
    },
  },
  '/api/stats': {
    get: {
      operationId: 'getStats',
      summary: 'What happened under each strategy',
      tags: ['stats'],
      responses: { '200': json('Counts and latencies', stats), ...problems(400, 500) },
    },
  },
  '/api/stats/reset': {
    post: {
      operationId: 'resetStats',
      summary: 'Resets the counters',
      tags: ['stats'],
      security,
      requestBody: body(resetRequest, false),
      responses: { '200': json('Whose counters', resetAnswer), ...adminProblems },
    },
  },
  '/api/cache/invalidate': {
    post: {
      operationId: 'invalidateCache',
      summary: 'Voids entries by key, by tag, or all',
      description:
        'With Redis away this is answered all the same: what was asked is owed then, and done before this process uses ' +
        'Redis again. Until it does, its reads bypass the cache.',
      tags: ['cache'],
      security,
      requestBody: body(invalidateRequest, true),
      responses: { '200': json('What was voided', invalidateAnswer), ...adminProblems },
    },
  },
  '/api/cache/warm': {
    post: {
      operationId: 'warmCache',
      summary: 'Reads the list and posts through the cache, before anybody asks for them',
      tags: ['cache'],
      security,
      requestBody: body(warmRequest, false),
      responses: { '200': json('What was loaded', warmAnswer), ...adminProblems, ...problems(503) },
    },
  },
  '/healthz': {
    get: {
      operationId: 'isAlive',
      summary: 'Whether this process serves',
      tags: ['health'],
      responses: { '200': json('It does', health) },
    },
  },
  '/readyz': {
    get: {
      operationId: 'isReady',
      summary: 'Whether what it needs is there. Without Redis it is ready but degraded: reads bypass the cache',
      tags: ['health'],
      responses: { '200': json('Ready', readiness), '503': json('The database is away', readiness) },
    },
  },
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      summary: 'For Prometheus',
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
      summary: 'A list of what there is',
      tags: ['docs'],
      responses: { '200': { description: 'A page', ...text('text/html') } },
    },
  },
}
