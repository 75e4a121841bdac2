import type { ReadResult } from 'cache-core'
import type { ApiContext } from '../http/api-types.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import { counted, peek } from './answer.ts'
import type { MemoryHits } from './memory-hits.ts'
import type { Representation } from './representation.ts'
import type { Resource } from './resources.ts'
import { respond } from './respond.ts'

/** What serving any GET of posts needs. */
export interface Serving {
  readonly log: AccessLog
  readonly memoryHits: MemoryHits
}

/**
 * Answers one GET of posts or the report: read through the cache, count, log, respond. A hit in the memory of this process is
 * answered immediately, since a promise would cost several times as much as the lookup; `memoryHits` answers the next ones.
 */
export function servePosts(
  context: ApiContext,
  instance: StrategyInstance,
  resource: Resource,
  { log, memoryHits }: Serving,
  arrivedAt: number,
): Response | Promise<Response> {
  const hit = peek(instance, resource)
  if (hit === undefined) return serveThrough(context, instance, resource, log, arrivedAt)
  if (hit.value !== undefined) memoryHits.remember(context.env?.incoming, instance, resource)
  return respond(context, instance, counted(instance, resource, hit, arrivedAt, log))
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
  return respond(context, instance, counted(instance, resource, result, arrivedAt, log))
}
