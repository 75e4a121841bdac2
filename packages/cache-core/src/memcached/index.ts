export { type MemcacheClient, type MemcacheNode, memcachedOptions } from './memcached-client.ts'
export type { MemcachedWatcher } from './memcached-connection.ts'
export {
  type MemcachedStoreOptions,
  memcachedStore,
  resilientMemcachedStore,
  watchMemcached,
} from './memcached-store.ts'
