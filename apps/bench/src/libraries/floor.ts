/**
 * The floor: a read of one key by one call, and nothing else. No expiry check, no errors handled, no invalidation seen by a running load.
 *
 * In memory: a `Map` behind one async function. In Redis: ioredis's `getBuffer` with `enableAutoPipelining` and no `commandTimeout`, a
 * `SET PX` after a load, `UNLINK` after a write, `MGET` for many keys. A load is shared by the callers of one process.
 */
import type { Redis } from 'ioredis'
import { connect } from './connect.ts'
import { type Library, type OpenCache, type Setting, TTL_MS, type Value } from './library.ts'

/** One load at a time for each key. */
function sharing(fill: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const running = new Map<string, Promise<Value>>()
  return (key) => {
    const load = running.get(key) ?? fill(key).finally(() => running.delete(key))
    running.set(key, load)
    return load
  }
}

async function near({ load }: Setting): Promise<OpenCache> {
  const kept = new Map<string, Value>()
  const fill = sharing(async (key) => {
    const value = await load(key)
    kept.set(key, value)
    return value
  })
  return {
    read: async (key) => kept.get(key) ?? fill(key),
    peek: (key) => kept.get(key),
    async write(key, commit) {
      await commit()
      kept.delete(key)
    },
    async close() {},
  }
}

interface Form {
  get(client: Redis, key: string): Promise<unknown>
  getMany(client: Redis, keys: string[]): Promise<readonly unknown[]>
  encode(value: Value): Buffer | string
}

const bytes: Form = {
  get: (client, key) => client.getBuffer(key),
  getMany: (client, keys) => client.mgetBuffer(keys),
  encode: (value) => value as Buffer,
}

const parsed = (text: string | null) => (text === null ? null : JSON.parse(text))
const json: Form = {
  get: async (client, key) => parsed(await client.get(key)),
  getMany: async (client, keys) => (await client.mget(keys)).map(parsed),
  encode: (value) => JSON.stringify(value),
}

function shared({ get, getMany, encode }: Form) {
  return async (setting: Setting): Promise<OpenCache> => {
    const { prefix, load } = setting
    const client = await connect(setting)
    const fill = sharing(async (key) => {
      const value = await load(key)
      await client.set(prefix + key, encode(value), 'PX', TTL_MS)
      return value
    })
    return {
      read: async (key) => (await get(client, prefix + key)) ?? (await fill(key)),
      async readMany(keys) {
        const kept = await getMany(
          client,
          keys.map((key) => prefix + key),
        )
        return Promise.all(kept.map((value, i) => value ?? fill(keys[i]!)))
      },
      async write(key, commit) {
        await commit()
        await client.unlink(prefix + key)
      },
      async close() {
        client.disconnect()
      },
    }
  }
}

export const floor: Library = {
  title: 'floor: Map, raw getBuffer',
  package: 'ioredis',
  form: 'bytes',
  coldLoads: 'one per process',
  near,
  shared: shared(bytes),
  process: shared(bytes),
}

export const floorJson: Library = {
  title: 'floor with JSON.parse',
  package: 'ioredis',
  form: 'object',
  coldLoads: 'one per process',
  shared: shared(json),
}
