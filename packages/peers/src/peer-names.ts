/** The libraries compared with the strategies, in the order of tables. No imports. */
export const peerNames = [
  'peer:bentocache',
  'peer:cacheable',
  'peer:cache-manager',
  'peer:async-cache-dedupe',
  'peer:cachified',
] as const

export type PeerName = (typeof peerNames)[number]
