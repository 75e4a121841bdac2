import type { Change, WriteResult } from 'cache-core'
import { newWriteId } from 'cache-core/postgres'
import { type PostJson, type PostsRepository, postInput, postPatch, type WriteOptions } from 'posts-db'
import type { AccessLog } from '../access-log.ts'
import { DELETED } from '../acknowledged-writes.ts'
import type { Api, ApiContext } from '../api-types.ts'
import { badRequest, Problem, shown } from '../problem.ts'
import { readId, readQuery, searchOf } from '../query.ts'
import { LISTS_TAG, postKey } from '../questions.ts'
import { readJson } from '../read-json.ts'
import type { Representation } from '../representation.ts'
import type { Runtimes } from '../runtimes.ts'
import { representationOf, type StrategyRuntime } from '../strategy-runtime.ts'

const TAGS = [LISTS_TAG]

/** Creating, changing and deleting posts, through the strategy or, with `?write=direct`, around its cache. */
export function writePostsRoutes(app: Api, runtimes: Runtimes, log: AccessLog): void {
  app.post('/api/posts', async (context) => {
    const target = readWrite(context, runtimes)
    const { runtime } = target
    const input = await readJson(context, postInput)
    const beganAt = performance.now()
    const change = { keys: ({ id }: Written) => [postKey(id)], tags: TAGS }
    const done = await carryOut(target, change, async (options) => written(await runtime.posts.create(input, options))!)
    return acknowledge(target, done.result, done.ack, beganAt, log, 201, { Location: `/api/posts/${done.result.id}` })
  })

  const update = async (
    target: Target,
    id: number,
    write: (posts: PostsRepository, options: WriteOptions) => Promise<PostJson | undefined>,
  ) => {
    const beganAt = performance.now()
    const value = (post: Written | undefined) => post?.representation
    const change = { keys: [postKey(id)], tags: TAGS, value }
    const commit = async (options: WriteOptions) => written(await write(target.runtime.posts, options))
    const { result, ack } = await carryOut(target, change, commit)
    if (result === undefined) throw noSuchPost(id)
    return acknowledge(target, result, ack, beganAt, log, 200)
  }

  app.put('/api/posts/:id', async (context) => {
    const id = readId(context.req.param('id'))
    const target = readWrite(context, runtimes)
    const input = await readJson(context, postInput)
    return update(target, id, (posts, options) => posts.replace(id, input, options))
  })

  app.patch('/api/posts/:id', async (context) => {
    const id = readId(context.req.param('id'))
    const target = readWrite(context, runtimes)
    const patch = await readJson(context, postPatch)
    return update(target, id, (posts, options) => posts.patch(id, patch, options))
  })

  app.delete('/api/posts/:id', async (context) => {
    const id = readId(context.req.param('id'))
    const target = readWrite(context, runtimes)
    const { runtime } = target
    const beganAt = performance.now()
    const change = { keys: [postKey(id)], tags: TAGS }
    const { result: existed, ack } = await carryOut(target, change, (options) => runtime.posts.delete(id, options))
    if (!existed) throw noSuchPost(id)
    count(target, id, DELETED, beganAt, log, 204)
    return new Response(null, { status: 204, headers: writeHeaders(runtime, ack) })
  })
}

/** Where a write goes, and whether around the cache. */
interface Target {
  readonly runtime: StrategyRuntime
  readonly direct: boolean
  readonly method: string
  readonly arrivedAt: number
}

interface Written {
  readonly id: number
  readonly version: number
  readonly representation: Representation
}

/**
 * Through the strategy, or around its cache. The outbox is told of writes whose invalidations the store has confirmed; those
 * of the others, and of a write around the cache, it delivers itself.
 */
async function carryOut<R>(
  { runtime, direct }: Target,
  change: Change<Representation, R>,
  commit: (options: WriteOptions) => Promise<R>,
): Promise<Pick<WriteResult<R>, 'result' | 'ack'>> {
  if (direct) return { result: await commit({ writeId: undefined }), ack: 'database' }
  const { outbox } = runtime
  const writeId = outbox && newWriteId()
  const written = await runtime.cache.write(change, () => commit({ writeId }))
  if (writeId !== undefined && written.isConfirmed) outbox?.delivered(writeId)
  return written
}

/** Made once: the cache keeps the very bytes that the writer gets. */
function written(row: PostJson | undefined): Written | undefined {
  return row && { id: row.id, version: row.version, representation: representationOf(row)! }
}

function readWrite(context: ApiContext, runtimes: Runtimes): Target {
  const arrivedAt = performance.now()
  const { strategy, write } = readQuery(searchOf(context.req.url), ['strategy', 'write'])
  if (write !== undefined && write !== 'direct') {
    throw badRequest('bad-parameter', `write is ${shown(write)}; give direct, or leave it out`)
  }
  const runtime = runtimes.byParameter(strategy)
  return { runtime, direct: write === 'direct', method: context.req.method, arrivedAt }
}

function acknowledge(
  target: Target,
  { id, version, representation }: Written,
  ack: WriteResult<unknown>['ack'],
  beganAt: number,
  log: AccessLog,
  status: 200 | 201,
  headers?: Record<string, string>,
): Response {
  count(target, id, version, beganAt, log, status)
  return new Response(representation.body, {
    status,
    headers: {
      'Content-Type': 'application/json',
      ETag: representation.etag,
      ...writeHeaders(target.runtime, ack),
      ...headers,
    },
  })
}

/** From here on the write counts as acknowledged. */
function count(
  { runtime, direct, method, arrivedAt }: Target,
  id: number,
  version: number,
  beganAt: number,
  log: AccessLog,
  status: number,
): void {
  const now = performance.now()
  runtime.counters.counts.writes++
  runtime.writes?.acknowledge(id, version, beganAt, now)
  log.write({ method, key: postKey(id), strategy: runtime.name, status, ms: now - arrivedAt, direct })
}

function writeHeaders(runtime: StrategyRuntime, ack: WriteResult<unknown>['ack']): Record<string, string> {
  return {
    'X-Write-Ack': ack,
    'X-Cache-Strategy': runtime.name,
    // Each strategy has its own copy of the posts; who looks for a new post should look there.
    'X-Posts-Copy': runtime.schema,
  }
}

function noSuchPost(id: number): Problem {
  return new Problem({ status: 404, code: 'no-such-post', detail: `there is no post ${id}` })
}
