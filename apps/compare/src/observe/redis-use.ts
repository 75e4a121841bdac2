/** Commands, traffic and memory of a Redis, by its own INFO and MEMORY USAGE. */
import type { Redis } from 'ioredis'
import { POST_KEY_PREFIX } from 'posts-db/keys'

export interface RedisUse {
  readonly commands: number
  /** Received and sent. */
  readonly bytes: number
}

/** Since it was started. This INFO is counted in the next answer. */
export async function redisUse(redis: Redis): Promise<RedisUse> {
  const info = await redis.info('stats')
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? Number.NaN)
  return {
    commands: field('total_commands_processed'),
    bytes: field('total_net_input_bytes') + field('total_net_output_bytes'),
  }
}

const SAMPLE = 200

/**
 * Mean memory of a post's entry with its key, over up to 200 posts. Null if there are none. `prefix`: of one strategy's keys, since
 * entries of other strategies live on after their turns. All peers' entries start with theirs, too.
 */
export async function bytesPerEntry(redis: Redis, prefix: string): Promise<number | null> {
  const keys = new Set<string>()
  let cursor = '0'
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', `${prefix}*${POST_KEY_PREFIX}*`, 'COUNT', 1_000)
    for (const key of found) if (isEntry(key)) keys.add(key)
    cursor = next
  } while (cursor !== '0' && keys.size < SAMPLE)
  const sizes = await Promise.all([...keys].slice(0, SAMPLE).map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)))
  // A key may have expired after the SCAN.
  const known = sizes.filter((size): size is number => typeof size === 'number')
  return known.length === 0 ? null : known.reduce((sum, size) => sum + size, 0) / known.length
}

const POST = new RegExp(`${POST_KEY_PREFIX}\\d`)

/** Whether the key is a post's entry, and not its lease, the mark of a wait for it, a direct write under way or a lock. */
function isEntry(key: string): boolean {
  return POST.test(key) && !/:(l|w|wd|lock):/.test(key)
}
