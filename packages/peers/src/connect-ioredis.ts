import { Redis } from 'ioredis'

/**
 * For the libraries over ioredis, with its defaults but two: commands sent together travel together, as under every
 * strategy here, and the protocol is the one that these libraries were written against.
 */
export function connectIoredis(url: string, onError: (error: unknown) => void): Redis {
  const client = new Redis(url, { enableAutoPipelining: true, protocol: 2 })
  client.on('error', onError)
  return client
}
