import type { MemcacheClient } from './memcached-client.ts'
import type { MemcachedServer } from './memcached-server.ts'

/** Maps names to servers, as the client does. */
export interface Ring {
  readonly servers: readonly MemcachedServer[]
  of(name: string): MemcachedServer
}

export function ringOf(client: MemcacheClient, servers: readonly MemcachedServer[]): Ring {
  const byNode = new Map(servers.map((server) => [server.node, server]))
  const [only] = servers
  return {
    servers,
    of(name) {
      if (servers.length === 1) return only!
      const [node] = client.hash.getNodesByKey(name)
      const server = node && byNode.get(node)
      if (server !== undefined) return server
      throw new Error(`the client's servers have changed since the store was created; create the store again`)
    },
  }
}
