import type { ApiContext } from '../http/api-types.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { Resource } from './resources.ts'
import { respond } from './respond.ts'

/** Answers one GET of posts or the report: read through the cache, count, log, respond. */
export async function servePosts(
  context: ApiContext,
  instance: StrategyInstance,
  resource: Resource,
  log: AccessLog,
  arrivedAt: number,
): Promise<Response> {
  let result: Awaited<ReturnType<typeof instance.cache.read>>
  try {
    result = await instance.cache.read(resource.key, () => resource.load(instance), resource.options)
  } catch (error) {
    instance.countFailure(error)
    throw error
  }
  const readAt = performance.now()
  const ms = readAt - arrivedAt
  instance.counters.read(result.outcome, ms)
  if (resource.postId !== undefined && result.value !== undefined) instance.hottest?.add(resource.postId)
  if (log.isOn) log.read(instance.name, resource.key, result.outcome, ms)
  const staleMs = resource.staleMs(instance, result, arrivedAt)
  return respond(context, instance, { resource, result, staleMs, arrivedAt, readAt })
}
