import { type PeerName, peers } from 'peers'
import { type Open, TTL_MS } from './library.ts'

const OPTIONS = { ttlMs: TTL_MS, tags: [] }

/** A peer as one of several processes: configured in `packages/peers`, by the same documentation. */
export function asProcess(name: PeerName): Open {
  return async ({ redisUrl, prefix, load, onError }) => {
    const peer = peers[name].open({ redisUrl, prefix, onError })
    return {
      read: (key) => peer.getOrLoad(key, () => load(key), OPTIONS),
      async write(key, commit) {
        await commit()
        await peer.invalidate([key], [])
      },
      close: () => peer.close(),
    }
  }
}
