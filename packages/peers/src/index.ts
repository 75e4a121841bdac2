import { asyncCacheDedupe } from './async-cache-dedupe.ts'
import { bentocache } from './bentocache.ts'
import { cacheManager } from './cache-manager.ts'
import { cacheable } from './cacheable.ts'
import { cachified } from './cachified.ts'
import type { Peer } from './peer.ts'
import type { PeerName } from './peer-names.ts'

export { cachifiedCache } from './cachified.ts'
export type { OpenPeer, Peer, PeerOptions, PeerReadOptions } from './peer.ts'
export { type ObjectCodec, type PeerCache, type PeerCacheOptions, peerCache } from './peer-cache.ts'
export { type PeerName, peerNames } from './peer-names.ts'

/** Every peer by name. */
export const peers: Record<PeerName, Peer> = {
  'peer:bentocache': bentocache,
  'peer:cacheable': cacheable,
  'peer:cache-manager': cacheManager,
  'peer:async-cache-dedupe': asyncCacheDedupe,
  'peer:cachified': cachified,
}
