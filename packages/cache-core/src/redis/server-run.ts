import { newToken } from '../entry.ts'
import type { RedisClient } from './redis-commands.ts'

/**
 * Which server answers, and since which start of it. `run_id` is another after each start, `master_replid` after each
 * change of master: what was acknowledged before may not be in what was restored, or had not been replicated.
 * A server that doesn't say counts as another one each time.
 */
export async function serverRun(client: RedisClient): Promise<string> {
  const masters = 'nodes' in client ? client.nodes('master') : [client]
  const runs = masters.map(async (master) => {
    const info = await master.info('server', 'replication').catch(refused)
    return `${startOf(info, 'run_id')}${startOf(info, 'master_replid')}`
  })
  return (await Promise.all(runs)).sort().join()
}

/** Enough of its forty digits. */
function startOf(info: string, name: string): string {
  return new RegExp(`^${name}:(\\w{8})`, 'm').exec(info)?.[1] ?? newToken()
}

/** Not every user may ask. */
function refused(error: Error): string {
  if (error.name === 'ReplyError') return ''
  throw error
}
