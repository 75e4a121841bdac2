import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Drill } from '../drill.ts'
import { HOT_IDS } from '../load.ts'

const ROUNDS = 25
const ENTRY_HEADER_BYTES = 40

/** Values that other programs may have stored under our keys. */
const foreign: ((admin: Redis, key: string) => Promise<unknown>)[] = [
  (admin, key) => admin.multi().del(key).rpush(key, 'x', 'y').exec(),
  (admin, key) => admin.multi().del(key).hset(key, 'field', 'value').exec(),
  (admin, key) => admin.set(key, 'a value of another program, long enough to contain a header'),
  (admin, key) => admin.set(key, ''),
  (admin, key) => admin.set(key, randomBytes(8)),
  (admin, key) => admin.set(key, '9999999999999999token'),
]

/** Damages an entry: a byte of its header, or its length. */
const damaged: ((entry: Buffer) => Buffer)[] = [
  (entry) => {
    const copy = Buffer.from(entry)
    const at = randomBytes(1)[0]! % Math.min(ENTRY_HEADER_BYTES, copy.length)
    copy[at] = copy[at]! ^ 0x10
    return copy
  },
  (entry) => entry.subarray(0, entry.length - 1),
  (entry) => entry.subarray(0, 20),
  (entry) => Buffer.concat([entry, randomBytes(1)]),
]

export const redisForeignValues: Drill = {
  name: 'redis-foreign-values',
  fault: 'values of a foreign type and damaged bytes under our keys: entries, leases and tags',
  holds: 'each is a miss and is replaced; no read is stale or wrong, none fails',
  async inject({ redis: { admin }, load, strategies }) {
    for (let round = 0; round < ROUNDS; round++) {
      for (const strategy of strategies) {
        const prefix = `posts:${strategy}:`
        const entries = HOT_IDS.map((id) => `${prefix}e:{post:${id}}`)
        const leases = HOT_IDS.map((id) => `${prefix}l:{post:${id}}`)
        const put = foreign[round % foreign.length]!
        for (const key of [entries[round % 4]!, leases[(round + 1) % 4]!, `${prefix}t:posts`]) await put(admin, key)
        for (const key of [entries[(round + 2) % 4]!, `${prefix}e:{posts?limit=4}`]) {
          const entry = await admin.getBuffer(key).catch(() => null)
          if (entry !== null && entry.length > 0) await admin.set(key, damaged[round % damaged.length]!(entry))
        }
      }
      await load.more(15)
    }
  },
}
