import type { Change, WriteResult } from 'cache-core'
import { newWriteId } from 'cache-core/postgres'
import {
  type PostInput,
  type PostJson,
  type PostPatch,
  type PostsRepository,
  postInput,
  postPatch,
  type WriteOptions,
} from 'posts-db'
import { LISTS_TAG, postKey } from 'posts-db/keys'
import type { Api, ApiContext } from '../http/api-types.ts'
import { badRequest, Problem, shown } from '../http/problem.ts'
import { readId, readQuery, searchOf } from '../http/query.ts'
import { readJson } from '../http/read-json.ts'
import { DELETED } from '../posts/acknowledged-writes.ts'
import { deferredWrite } from '../posts/deferred-write.ts'
import { type Precondition, readPrecondition, refusePreconditions } from '../posts/preconditions.ts'
import type { Representation } from '../posts/representation.ts'
import { representationOf, type StrategyInstance } from '../strategies/strategy-instance.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { AccessLog } from '../telemetry/access-log.ts'

const TAGS = [LISTS_TAG]

/** Creates, changes and deletes posts, through the strategy or, with `?write=direct`, around its cache. */
export function writePostsRoutes(app: Api, instances: StrategyInstances, log: AccessLog): void {
  app.post('/api/posts', async (context) => {
    refusePreconditions(context)
    const target = readWrite(context, instances)
    const { instance } = target
    const input = await readJson(context, postInput)
    const beganAt = performance.now()
    const change = { keys: ({ id }: Written) => [postKey(id)], tags: TAGS }
    const done = await execute(target, change, async (options) => written(await instance.posts.create(input, options))!)
    return acknowledge(target, done.result, done.ack, beganAt, log, 201, { Location: `/api/posts/${done.result.id}` })
  })

  const update = async (
    target: Target,
    id: number,
    precondition: Precondition,
    set: PostInput | PostPatch,
    write: (posts: PostsRepository, options: WriteOptions) => Promise<PostJson | undefined>,
  ) => {
    const beganAt = performance.now()
    const value = (post: Written | undefined) => post?.representation
    const deferred = deferredWrite(target.instance, id, { set }, precondition, (post) => post && writtenAs(id, post))
    const change = { keys: [postKey(id)], tags: TAGS, value, deferred }
    const commit = async (options: WriteOptions) =>
      written(await write(target.instance.posts, { ...options, onlyIf: precondition.onlyIf }))
    const { result, ack } = await execute(target, change, commit)
    if (result === undefined) throw precondition.failed(id) ?? noSuchPost(id)
    return acknowledge(target, result, ack, beganAt, log, 200)
  }

  app.put('/api/posts/:id', async (context) => {
    const id = readId(context.req.param('id'))
    const target = readWrite(context, instances)
    const precondition = readPrecondition(context)
    const input = await readJson(context, postInput)
    return update(target, id, precondition, input, (posts, options) => posts.replace(id, input, options))
  })

  app.patch('/api/posts/:id', async (context) => {
    const id = readId(context.req.param('id'))
    const target = readWrite(context, instances)
    const precondition = readPrecondition(context)
    const patch = await readJson(context, postPatch)
    return update(target, id, precondition, patch, (posts, options) => posts.patch(id, patch, options))
  })

  app.delete('/api/posts/:id', async (context) => {
    const id = readId(context.req.param('id'))
    const target = readWrite(context, instances)
    const { instance } = target
    const precondition = readPrecondition(context)
    const beganAt = performance.now()
    const deferred = deferredWrite(instance, id, 'delete', precondition, () => true as const)
    const change = { keys: [postKey(id)], tags: TAGS, deferred }
    const commit = async (options: WriteOptions) =>
      (await instance.posts.delete(id, { ...options, onlyIf: precondition.onlyIf })) ? (true as const) : undefined
    const { result: deleted, ack } = await execute(target, change, commit)
    if (deleted === undefined) throw precondition.failed(id) ?? noSuchPost(id)
    count(target, id, DELETED, beganAt, log, 204)
    return new Response(null, { status: 204, headers: writeHeaders(instance, ack) })
  })
}

/** The target of a write, and whether it goes around the cache. */
interface Target {
  readonly instance: StrategyInstance
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
 * Writes through the strategy, or around its cache. Invalidations that the store has confirmed are reported to the outbox, which
 * delivers all others, including those of writes around the cache. A commit that resolves to undefined changed nothing.
 */
async function execute<R>(
  { instance, direct }: Target,
  touched: Change<Representation, R>,
  commit: (options: WriteOptions) => Promise<R>,
): Promise<Pick<WriteResult<R>, 'result' | 'ack'>> {
  if (direct) return { result: await commit({ writeId: undefined }), ack: 'database' }
  const { outbox } = instance
  const writeId = outbox && newWriteId()
  const changed = (result: R) => result !== undefined
  const committing = async () => {
    let hasChanged = true // after a failure, it may have changed
    try {
      const result = await commit({ writeId })
      hasChanged = changed(result)
      return result
    } finally {
      // For every strategy: nothing else invalidates this process's memory.
      if (hasChanged) await instance.invalidateMemory({ tags: TAGS })
    }
  }
  const written = await instance.cache.write({ ...touched, changed }, committing)
  // A queued write has no row in the outbox yet.
  const isMarked = written.ack === 'database' && written.isConfirmed && changed(written.result)
  if (writeId !== undefined && isMarked) outbox?.delivered(writeId)
  return written
}

/** Made once: the cache and the writer get the same bytes. */
function written(row: PostJson | undefined): Written | undefined {
  return row && writtenAs(row.id, representationOf(row)!)
}

function writtenAs(id: number, representation: Representation): Written {
  return { id, version: representation.version, representation }
}

function readWrite(context: ApiContext, instances: StrategyInstances): Target {
  const arrivedAt = performance.now()
  const { strategy, write } = readQuery(searchOf(context.req.url), ['strategy', 'write'])
  if (write !== undefined && write !== 'direct') {
    throw badRequest('bad-parameter', `write is ${shown(write)}; give direct, or omit it`)
  }
  const instance = instances.byParameter(strategy)
  return { instance, direct: write === 'direct', method: context.req.method, arrivedAt }
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
      ...writeHeaders(target.instance, ack),
      ...headers,
    },
  })
}

/** Records the write as acknowledged. */
function count(
  { instance, direct, method, arrivedAt }: Target,
  id: number,
  version: number,
  beganAt: number,
  log: AccessLog,
  status: number,
): void {
  const now = performance.now()
  instance.counters.counts.writes++
  instance.writes?.acknowledge(id, version, beganAt, now)
  log.write({ method, key: postKey(id), strategy: instance.name, status, ms: now - arrivedAt, direct })
}

function writeHeaders(instance: StrategyInstance, ack: WriteResult<unknown>['ack']): Record<string, string> {
  return {
    'X-Write-Ack': ack,
    'X-Cache-Strategy': instance.name,
    // Each strategy has its own copy of the posts; a new post is only in this one.
    'X-Posts-Copy': instance.schema,
  }
}

function noSuchPost(id: number): Problem {
  return new Problem({ status: 404, code: 'no-such-post', detail: `there is no post ${id}` })
}
