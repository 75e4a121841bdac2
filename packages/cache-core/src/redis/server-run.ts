import { newToken } from '../entry.ts'
import type { RedisClient } from './redis-client.ts'

/**
 * Which server answers, and since which start of it. `run_id` is another after each start, `master_replid` after each
 * change of master: what was acknowledged before may not be in what was restored, or had not been replicated.
 * A server that doesn't say counts as another one each time.
 */
export async function serverRun(client: RedisClient): Promise<string> {
  /** Not every user may ask. */
  const refused = (error: unknown): string => {
    if (client.isRefusal(error)) return ''
    throw error
  }
  const runs = client.info('server', 'replication').map(async (answer) => {
    const info = await answer.catch(refused)
    return `${startOf(info, 'run_id')}${startOf(info, 'master_replid')}`
  })
  return (await Promise.all(runs)).sort().join()
}

/** Enough of its forty digits. */
function startOf(info: string, name: string): string {
  return new RegExp(`^${name}:(\\w{8})`, 'm').exec(info)?.[1] ?? newToken()
}
