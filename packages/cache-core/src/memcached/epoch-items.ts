/** Epochs as items of memcached: one for each tag, and one for all entries on a server. */
import { newEpoch } from '../entry.ts'
import { isRefusal, type MemcachedServer } from './memcached-server.ts'

/** Adds an epoch unless there is one. Read it with a `get` afterwards. */
export function addEpoch(server: MemcachedServer, name: string, ttl: number) {
  return server.store(name, encodeEpoch(newEpoch()), ttl, 'ME')
}

/** The epoch under a name, which is created if there is none. */
export async function readEpoch(server: MemcachedServer, name: string, ttl: number): Promise<Buffer> {
  const [, found] = await Promise.all([addEpoch(server, name, ttl), server.get([name])])
  const epoch = decodeEpoch(found.get(name))
  if (epoch !== undefined) return epoch
  const made = newEpoch() // a foreign value under our name, or evicted immediately
  await server.store(name, encodeEpoch(made), ttl)
  return made
}

/** Sets a new epoch. If the server has no memory for it, deletes the epoch, which also invalidates. */
export async function renewEpoch(server: MemcachedServer, name: string, ttl: number): Promise<void> {
  try {
    await server.store(name, encodeEpoch(newEpoch()), ttl)
  } catch (error) {
    if (!isRefusal(error)) throw error
    await server.meta(`md ${name}`)
  }
}

const encodeEpoch = (epoch: Buffer) => epoch.toString('base64')

/** `undefined` for text that isn't an epoch. */
export function decodeEpoch(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined
  const epoch = Buffer.from(text, 'base64')
  return epoch.length === newEpoch().length ? epoch : undefined
}
