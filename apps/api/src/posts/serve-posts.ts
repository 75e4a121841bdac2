import type { ReadResult } from 'cache-core'
import type { ApiContext } from '../http/api-types.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { Representation } from './representation.ts'
import type { Resource } from './resources.ts'
import { respond } from './respond.ts'

/**
 * Answers one GET of posts or the report: read through the cache, count, log, respond. A hit in the memory of this process is
 * answered immediately, since a promise would cost several times as much as the lookup.
 */
export function servePosts(
  context: ApiContext,
  instance: StrategyInstance,
  resource: Resource,
  log: AccessLog,
  arrivedAt: number,
): Response | Promise<Response> {
  if (instance.storeKind === 'memory' || instance.storeKind === 'tiered') {
    const near = instance.cache.peek?.(resource.key, resource.options)
    if (near !== undefined) return answer(context, instance, resource, log, arrivedAt, near)
  }
  return serveThrough(context, instance, resource, log, arrivedAt)
}

async function serveThrough(
  context: ApiContext,
  instance: StrategyInstance,
  resource: Resource,
  log: AccessLog,
  arrivedAt: number,
): Promise<Response> {
  let result: ReadResult<Representation>
  try {
    result = await instance.cache.read(resource.key, () => resource.load(instance), resource.options)
  } catch (error) {
    instance.countFailure(error)
    throw error
  }
  return answer(context, instance, resource, log, arrivedAt, result)
}

function answer(
  context: ApiContext,
  instance: StrategyInstance,
  resource: Resource,
  log: AccessLog,
  arrivedAt: number,
  result: ReadResult<Representation>,
): Response {
  const readAt = performance.now()
  const ms = readAt - arrivedAt
  instance.counters.read(result.outcome, ms)
  if (resource.postId !== undefined && result.value !== undefined) instance.hottest?.add(resource.postId)
  if (log.isOn) log.read(instance.name, resource.key, result.outcome, ms)
  const staleMs = resource.staleMs(instance, result, arrivedAt)
  if (staleMs > 0) instance.counters.staleRead(staleMs)
  return respond(context, instance, { resource, result, staleMs, arrivedAt, readAt })
}
