import { postInput, postPatch } from 'posts-db'
import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { MAX_PAGE } from '../routes/read-posts.ts'
import { createdHeaders, pageHeaders, readHeaders, writeHeaders, writtenHeaders } from './headers.ts'
import { cachedAbsence, json, problems, writeProblems } from './responses.ts'
import { authors, post, posts, strategyName } from './schemas.ts'

const strategy = strategyName.optional().meta({ description: 'Default: CACHE_STRATEGY of the environment' })
const write = z.enum(['direct']).optional().meta({
  description:
    'Writes around the cache, as another service would: seen within a second where reads are guaranteed current',
})
const path = z.object({ id: z.int().min(1).meta({ description: 'A post' }) })
const conditional = z.object({ 'If-None-Match': z.string().optional() })
const notModified = (headers: z.ZodObject) => ({ '304': { description: 'The client has it already', headers } })
const body = (schema: z.ZodType) => ({ required: true, content: { 'application/json': { schema } } })

export const postsPaths: ZodOpenApiPathsObject = {
  '/api/authors': {
    get: {
      operationId: 'listAuthors',
      summary: 'The report on authors: what each of them wrote',
      description:
        'Over all posts; by the number of posts, most first, then by author in the order of the UTF-8 bytes. A word is a run ' +
        'of characters of `content` other than space, tab, line feed, vertical tab, form feed and carriage return. ' +
        'The load is expensive by itself: ORIGIN_DELAY_MS is not added to it.',
      tags: ['posts'],
      requestParams: { query: z.object({ strategy }), header: conditional },
      responses: {
        '200': json('The report', authors, readHeaders),
        ...notModified(readHeaders),
        ...problems(400, 500, 503),
      },
    },
  },
  '/api/posts': {
    get: {
      operationId: 'listPosts',
      summary: 'All posts by id, or a page of them',
      tags: ['posts'],
      requestParams: {
        query: z.object({
          strategy,
          limit: z.int().min(1).max(MAX_PAGE).optional().meta({ description: 'Asks for a page of so many' }),
          after: z.int().min(0).optional().meta({ description: 'The last id of the page before; needs limit' }),
        }),
        header: conditional,
      },
      responses: { '200': json('Posts', posts, pageHeaders), ...notModified(pageHeaders), ...problems(400, 500, 503) },
    },
    post: {
      operationId: 'createPost',
      summary: "Creates a post in the strategy's own copy of the posts",
      tags: ['posts'],
      requestParams: { query: z.object({ strategy, write }) },
      requestBody: body(postInput),
      responses: { '201': json('Created', post, createdHeaders), ...writeProblems },
    },
  },
  '/api/posts/{id}': {
    get: {
      operationId: 'getPost',
      summary: 'One post',
      tags: ['posts'],
      requestParams: { path, query: z.object({ strategy }), header: conditional },
      responses: {
        '200': json('The post', post, readHeaders),
        ...notModified(readHeaders),
        ...problems(400, 500, 503),
        ...cachedAbsence,
      },
    },
    put: {
      operationId: 'replacePost',
      summary: 'Sets all fields of a post',
      tags: ['posts'],
      requestParams: { path, query: z.object({ strategy, write }) },
      requestBody: body(postInput),
      responses: { '200': json('As it is now', post, writtenHeaders), ...writeProblems, ...problems(404) },
    },
    patch: {
      operationId: 'patchPost',
      summary: 'Sets some fields of a post',
      tags: ['posts'],
      requestParams: { path, query: z.object({ strategy, write }) },
      requestBody: body(postPatch),
      responses: { '200': json('As it is now', post, writtenHeaders), ...writeProblems, ...problems(404) },
    },
    delete: {
      operationId: 'deletePost',
      summary: 'Deletes a post',
      tags: ['posts'],
      requestParams: { path, query: z.object({ strategy, write }) },
      responses: { '204': { description: 'Deleted', headers: writeHeaders }, ...problems(400, 404, 500, 503) },
    },
  },
}
