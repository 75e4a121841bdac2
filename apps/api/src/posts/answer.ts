import type { ReadResult } from 'cache-core'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { Representation } from './representation.ts'
import type { Resource } from './resources.ts'

/** A read's result, or that of several reads together. */
export type Answered = Pick<ReadResult<Representation>, 'outcome' | 'value' | 'ageMs' | 'ttlMs' | 'loadMs'>

/** What the response to a GET is made from. */
export interface Answer {
  readonly resource: Pick<Resource, 'postId' | 'next'>
  readonly result: Answered
  readonly staleMs: number
  readonly arrivedAt: number
  /** When the cache answered. */
  readonly readAt: number
}

/** The answer from the memory of this process, without waiting. Undefined: it must be read. */
export function peek({ storeKind, cache }: StrategyInstance, { key, options }: Resource) {
  return storeKind === 'memory' || storeKind === 'tiered' ? cache.peek?.(key, options) : undefined
}

/** Counts and logs a read that the cache has just answered. */
export function counted(
  instance: StrategyInstance,
  resource: Resource,
  result: ReadResult<Representation>,
  arrivedAt: number,
  log: AccessLog,
): Answer {
  const readAt = performance.now()
  const ms = readAt - arrivedAt
  instance.counters.read(result.outcome, ms)
  if (resource.postId !== undefined && result.value !== undefined) instance.hottest?.add(resource.postId)
  if (log.isOn) log.read(instance.name, resource.key, result.outcome, ms)
  const staleMs = resource.staleMs(instance, result, arrivedAt)
  if (staleMs > 0) instance.counters.staleRead(staleMs)
  return { resource, result, staleMs, arrivedAt, readAt }
}
