/** A new process over a warm Redis: reports the outcome of its first read. */

import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { openCache } from './measure-growth.ts'

const [url, key] = process.argv.slice(2) as [string, string]
const client = new Redis(url, { ...redisOptions, lazyConnect: true })
await client.connect()
const { outcome } = await openCache(client).read(key, async () => Buffer.from('loaded'))
client.disconnect()
process.send!(outcome, () => process.disconnect())
