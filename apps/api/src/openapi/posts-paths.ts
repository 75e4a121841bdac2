import { postInput, postPatch } from 'posts-db'
import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { MAX_IDS } from '../http/query.ts'
import { layers } from '../places/page-request.ts'
import { MAX_PAGE } from '../routes/read-posts.ts'
import { createdHeaders, htmlHeaders, pageHeaders, readHeaders, writeHeaders, writtenHeaders } from './headers.ts'
import { cachedAbsence, json, preconditionFailed, problems, writeProblems } from './responses.ts'
import { authors, post, posts, strategyName } from './schemas.ts'

const strategy = strategyName.optional().meta({ description: 'Default: the environment variable CACHE_STRATEGY' })
const write = z.enum(['direct']).optional().meta({
  description:
    'Writes around the cache, like another service. Where reads are guaranteed current, they show the change within 1 s',
})
const path = z.object({ id: z.int().min(1).meta({ description: "The post's id" }) })
const conditional = z.object({
  'If-None-Match': z
    .string()
    .optional()
    .meta({ description: 'ETags, or *: answers 304 if the client already has the current representation' }),
})
const precondition = z.object({
  'If-Match': z
    .string()
    .optional()
    .meta({
      description:
        'ETags of the post from a GET or a write, or *: the write is carried out only if one of them is current. ' +
        'A weak ETag never matches',
    }),
  'If-None-Match': z.string().optional().meta({ description: 'ETags, or *: only if none of them is current' }),
})
const notModified = (headers: z.ZodObject) => ({ '304': { description: 'The client already has it', headers } })
const body = (schema: z.ZodType) => ({ required: true, content: { 'application/json': { schema } } })

export const postsPaths: ZodOpenApiPathsObject = {
  '/posts': {
    get: {
      operationId: 'showPosts',
      summary: 'A page of posts and the report on authors, as HTML',
      description:
        'Cached in the layer that `layer` names. The name in the greeting comes from the cookie `reader` and is inserted ' +
        'after all caching.',
      tags: ['posts'],
      requestParams: {
        query: z.object({
          strategy,
          layer: z.enum(layers).optional().meta({ description: 'The layer that caches the page. Default: fragment' }),
          after: z.int().min(0).optional().meta({ description: 'The last id of the previous page' }),
        }),
        header: conditional,
        cookie: z.object({ reader: z.string().optional().meta({ description: 'The name to greet' }) }),
      },
      responses: {
        '200': {
          description: 'The page',
          headers: htmlHeaders,
          content: { 'text/html': { schema: z.string() } },
        },
        ...notModified(htmlHeaders),
        ...problems(400, 500, 503),
      },
    },
  },
  '/api/authors': {
    get: {
      operationId: 'listAuthors',
      summary: 'The report on authors: posts and words of each author',
      description:
        'Covers all posts. Ordered by the number of posts, descending, then by author in UTF-8 byte order. A word is a run ' +
        'of characters of `content` other than space, tab, line feed, vertical tab, form feed and carriage return. ' +
        'Its load is expensive: ORIGIN_DELAY_MS is not added to it.',
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
      summary: 'All posts by id, a page of them, or several by their ids',
      description:
        'With `ids`, each post is read under its own key, and the headers describe the answer as a whole: `X-Cache` is the ' +
        'weakest outcome of its posts (BYPASS, MISS, COLLAPSED, STALE, HIT), `Age` that of the oldest, and `Cache-Status` and ' +
        '`Cache-Control` have the shortest remaining freshness.',
      tags: ['posts'],
      requestParams: {
        query: z.object({
          strategy,
          limit: z.int().min(1).max(MAX_PAGE).optional().meta({ description: 'Posts per page' }),
          after: z.int().min(0).optional().meta({ description: 'The last id of the previous page; needs limit' }),
          ids: z
            .string()
            .regex(/^[1-9]\d*(,[1-9]\d*)*$/)
            .optional()
            .meta({
              description:
                `Up to ${MAX_IDS} ids, separated by commas: answers those that exist, in this order, each once. ` +
                'Not together with limit and after',
              example: '3,1,2',
            }),
        }),
        header: conditional,
      },
      responses: { '200': json('Posts', posts, pageHeaders), ...notModified(pageHeaders), ...problems(400, 500, 503) },
    },
    post: {
      operationId: 'createPost',
      summary: "Creates a post in the strategy's copy of the posts",
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
      requestParams: { path, query: z.object({ strategy, write }), header: precondition },
      requestBody: body(postInput),
      responses: {
        '200': json('As it is now', post, writtenHeaders),
        ...writeProblems,
        ...problems(404),
        ...preconditionFailed,
      },
    },
    patch: {
      operationId: 'patchPost',
      summary: 'Sets some fields of a post',
      tags: ['posts'],
      requestParams: { path, query: z.object({ strategy, write }), header: precondition },
      requestBody: body(postPatch),
      responses: {
        '200': json('As it is now', post, writtenHeaders),
        ...writeProblems,
        ...problems(404),
        ...preconditionFailed,
      },
    },
    delete: {
      operationId: 'deletePost',
      summary: 'Deletes a post',
      tags: ['posts'],
      requestParams: { path, query: z.object({ strategy, write }), header: precondition },
      responses: {
        '204': { description: 'Deleted', headers: writeHeaders },
        ...problems(400, 404, 500, 503),
        ...preconditionFailed,
      },
    },
  },
}
