import { newToken } from '../entry.ts'
import type { RedisClient } from './redis-client.ts'

/**
 * Identifies the server and its last start. `run_id` changes with each start, `master_replid` with each change of master. After
 * either, acknowledged writes may be missing: they were not in the restored data, or had not been replicated.
 * A server that doesn't report them counts as a new one each time.
 */
export async function serverRun(client: RedisClient): Promise<string> {
  try {
    const infos = await client.info('server', 'replication')
    return infos
      .map((info) => `${startOf(info, 'run_id')}${startOf(info, 'master_replid')}`)
      .sort()
      .join()
  } catch (error) {
    if (client.isRefusal(error)) return newToken() // the user may not use INFO
    throw error
  }
}

/** 8 of its 40 digits are enough. */
function startOf(info: string, name: string): string {
  return new RegExp(`^${name}:(\\w{8})`, 'm').exec(info)?.[1] ?? newToken()
}
