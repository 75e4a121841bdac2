/** The libraries that are compared beside the strategies, in the order tables show them. No imports. */
export const peerNames = [
  'peer:bentocache',
  'peer:cacheable',
  'peer:cache-manager',
  'peer:async-cache-dedupe',
  'peer:cachified',
] as const

export type PeerName = (typeof peerNames)[number]
