import type { ApiProcess } from 'local-servers'
import type { StrategyName } from 'strategies'
import { QUIET_ID } from './load.ts'
import { until } from './until.ts'

const WITHIN_MS = 10_000

/** Waits until every process serves a post that nobody writes from the cache, under every strategy. @throws after 10 s */
export async function untilHits(apis: readonly ApiProcess[], strategies: readonly StrategyName[]): Promise<void> {
  const questions = apis.flatMap(({ url }) =>
    strategies.map((strategy) => `${url}/api/posts/${QUIET_ID}?strategy=${strategy}`),
  )
  await Promise.all(
    questions.map((question) =>
      until(`${question} is a hit`, WITHIN_MS, async () => {
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
