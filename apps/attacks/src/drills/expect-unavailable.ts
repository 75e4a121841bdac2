import type { ApiProcess } from 'local-servers'
import type { StrategyName } from 'strategies'
import { NEVER_CACHED_ID } from './load.ts'

/** Checks that a read that needs the database gets the documented 503. @throws on any other answer */
export async function expectUnavailable({ url }: ApiProcess, strategy: StrategyName): Promise<void> {
  const answer = await fetch(`${url}/api/posts/${NEVER_CACHED_ID}?strategy=${strategy}`, {
    headers: { Connection: 'close' },
  })
  const type = answer.headers.get('Content-Type')?.split(';')[0]
  const body = await answer.text()
  if (answer.status === 503 && type === 'application/problem+json') return
  throw new Error(`with the database unavailable, a read got ${answer.status}, ${type}: ${body.slice(0, 200)}`)
}
