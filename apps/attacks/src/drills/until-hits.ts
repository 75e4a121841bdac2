import type { ApiProcess } from 'local-servers'
import type { StrategyName } from 'strategies'
import { QUIET_ID } from './load.ts'
import { until } from './until.ts'

const WITHIN_MS = 10_000

/** Waits until every process serves a post that is never written as a hit, under every strategy. @throws after `withinMs` */
export async function untilHits(
  apis: readonly ApiProcess[],
  strategies: readonly StrategyName[],
  withinMs = WITHIN_MS,
): Promise<void> {
  const questions = apis.flatMap(({ url }) =>
    strategies.map((strategy) => `${url}/api/posts/${QUIET_ID}?strategy=${strategy}`),
  )
  await Promise.all(
    questions.map((question) =>
      until(`${question} is a hit`, withinMs, async () => {
        const answer = await fetch(question, {
          headers: { Connection: 'close' },
          signal: AbortSignal.timeout(WITHIN_MS),
        })
        await answer.text()
        return answer.headers.get('X-Cache') === 'HIT'
      }),
    ),
  )
}
