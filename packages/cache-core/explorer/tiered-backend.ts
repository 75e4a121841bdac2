import { SERVED_AFTER_PING_MS } from '../src/redis/client-tracking.ts'
import { tieredStoreOver } from '../src/redis/tiered-store.ts'
import { type Backend, type OpenStore, redisBackend } from './backends.ts'

/** Two tiers over an emulated Redis: each process has copies, and messages of changes that are steps of their own. */
export function tieredBackend(open: OpenStore = (client, options) => tieredStoreOver(client, options)): Backend {
  return redisBackend({ inOrder: true, open, othersWithinMs: SERVED_AFTER_PING_MS })
}
