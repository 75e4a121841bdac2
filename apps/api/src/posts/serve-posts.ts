import type { ApiContext } from '../http/api-types.ts'
import { Problem } from '../http/problem.ts'
import type { StrategyRuntime } from '../strategies/strategy-runtime.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { Resource } from './resources.ts'
import { respond } from './respond.ts'

/** Answers one GET of posts or the report: read through the cache, count, log, respond. */
export async function servePosts(
  context: ApiContext,
  runtime: StrategyRuntime,
  resource: Resource,
  log: AccessLog,
  arrivedAt: number,
): Promise<Response> {
  let result: Awaited<ReturnType<typeof runtime.cache.read>>
  try {
    result = await runtime.cache.read(resource.key, () => resource.load(runtime), resource.options)
  } catch (error) {
    // A refusal, such as too many posts for one answer, does not count as a failure.
    if (!(error instanceof Problem)) runtime.counters.counts.failedReads++
    throw error
  }
  const readAt = performance.now()
  const ms = readAt - arrivedAt
  runtime.counters.read(result.outcome, ms)
  if (resource.postId !== undefined && result.value !== undefined) runtime.hottest?.add(resource.postId)
  if (log.isOn) log.read(runtime.name, resource.key, result.outcome, ms)
  const staleMs = resource.staleMs(runtime, result, arrivedAt)
  return respond(context, runtime, { resource, result, staleMs, arrivedAt, readAt })
}
