import { Redis, type RedisOptions } from 'ioredis'
import type { Setting } from './library.ts'

/** A connected ioredis client. Auto-pipelining, since cache-core's clients have it. */
export async function connect(
  { redisUrl, onError }: Pick<Setting, 'redisUrl' | 'onError'>,
  options: Omit<RedisOptions, 'replyMapping'> = {},
): Promise<Redis> {
  const client = new Redis(redisUrl, { enableAutoPipelining: true, lazyConnect: true, ...options })
  client.on('error', onError)
  await client.connect()
  return client
}

/** RESP2, for which the libraries over ioredis were written, as in `packages/peers`. */
export const connectPeer = (setting: Setting): Promise<Redis> => connect(setting, { protocol: 2 })
