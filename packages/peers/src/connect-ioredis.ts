import { Redis } from 'ioredis'

/**
 * For libraries over ioredis, with two changed defaults: auto-pipelining, as under every strategy here, and RESP2, for which these
 * libraries were written.
 */
export function connectIoredis(url: string, onError: (error: unknown) => void): Redis {
  const client = new Redis(url, { enableAutoPipelining: true, protocol: 2 })
  client.on('error', onError)
  return client
}
