import type { ApiProcess } from 'local-servers'
import { until } from './until.ts'

/** Waits until /readyz of every process reports `status`. @throws after 5 s */
export async function untilReadyzSays(apis: readonly ApiProcess[], status: 'ready' | 'degraded'): Promise<void> {
  await Promise.all(
    apis.map(({ url }) =>
      until(`/readyz says ${status}`, 5_000, async () => {
        const answer = await fetch(`${url}/readyz`, { headers: { Connection: 'close' } })
        return ((await answer.json()) as { status: string }).status === status
      }),
    ),
  )
}
