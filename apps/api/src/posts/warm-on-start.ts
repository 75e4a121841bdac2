import type { Logger } from 'pino'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import { allPosts, authorsReport } from './resources.ts'
import { postResources, warmResources } from './warm.ts'

/**
 * Warms the list, the report and up to `count` of a strategy's hottest posts, and logs one line. Runs while requests are served.
 * Never rejects: entries that could not be warmed are loaded on their first read.
 */
export async function warmOnStart(
  instance: StrategyInstance,
  count: number,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { name, storeKind, hottest } = instance
  if (storeKind === 'none') {
    logger.info(`nothing to warm under ${name}, which keeps nothing`)
    return
  }
  try {
    // If Redis does not answer, this fails: loaded values could not be kept anyway.
    const ids = hottest === undefined ? [] : await hottest.top(count)
    const resources = [allPosts, authorsReport, ...postResources(ids)]
    const { tookMs, ...warmed } = await warmResources(instance, resources, signal)
    logger.info({ ...warmed, tookMs }, `warmed ${name} in ${tookMs} ms: list, report and ${postsSaid(ids, hottest)}`)
  } catch (err) {
    if (!signal.aborted) logger.warn({ err }, `${name} was not fully warmed; the rest is loaded on demand`)
  }
}

function postsSaid(ids: readonly number[], hottest: StrategyInstance['hottest']): string {
  if (ids.length > 0) return `the ${ids.length} hottest posts`
  return hottest === undefined
    ? 'no posts, since the hottest posts are counted in Redis only'
    : 'no posts, since no reads have been counted yet'
}
