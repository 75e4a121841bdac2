import type { ApiContext } from '../http/api-types.ts'
import { badRequest } from '../http/problem.ts'
import { readNumber, readQuery, searchOf } from '../http/query.ts'
import { unknownName } from '../http/unknown-name.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'

/** The layers that can cache the page or its data, from the origin outwards. */
export const layers = ['none', 'memory', 'query', 'fragment', 'page'] as const
export type Layer = (typeof layers)[number]

/** Invalidating one part leaves the other cached, and a hit renders nothing: the best choice for most pages. */
export const DEFAULT_LAYER: Layer = 'fragment'

/** The requested page, and how to make it. */
export interface PageRequest {
  readonly instance: StrategyInstance
  readonly layer: Layer
  /** Posts with ids above this one. */
  readonly after: number
}

/** @throws Problem 400 */
export function readPageRequest(context: ApiContext, instances: StrategyInstances): PageRequest {
  const {
    strategy,
    layer = DEFAULT_LAYER,
    after,
  } = readQuery(searchOf(context.req.url), ['strategy', 'layer', 'after'])
  const instance = instances.byParameter(strategy)
  if (!isLayer(layer)) throw badRequest('unknown-layer', unknownName('layer', layer, layers))
  return { instance, layer, after: readNumber('after', after, 0) ?? 0 }
}

function isLayer(text: string): text is Layer {
  return (layers as readonly string[]).includes(text)
}
