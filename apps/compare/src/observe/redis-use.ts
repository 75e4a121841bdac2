/** Commands, traffic, CPU time and memory of a Redis, by its own INFO and MEMORY USAGE. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { POST_KEY_PREFIX } from 'posts-db/keys'

export interface RedisUse {
  readonly commands: number
  /** Received and sent. */
  readonly bytes: number
  /** User and system time. */
  readonly cpuMs: number
}

export interface UseOverTime extends RedisUse {
  readonly overMs: number
}

/** Counted since the Redis was started. */
export interface Reading extends RedisUse {
  readonly atMs: number
  /** Of this reading's answer, which the next one counts. */
  readonly ownBytes: number
}

export async function readRedis(redis: Redis): Promise<Reading> {
  const info = await redis.info()
  const atMs = performance.now()
  const field = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? Number.NaN)
  return {
    commands: field('total_commands_processed'),
    bytes: field('total_net_input_bytes') + field('total_net_output_bytes'),
    cpuMs: (field('used_cpu_user') + field('used_cpu_sys')) * 1_000,
    atMs,
    ownBytes: Buffer.byteLength(info),
  }
}

/** Without the readings themselves. */
export function usedBetween(before: Reading, after: Reading): UseOverTime {
  return {
    commands: after.commands - before.commands - 1,
    bytes: after.bytes - before.bytes - before.ownBytes,
    cpuMs: after.cpuMs - before.cpuMs,
    overMs: after.atMs - before.atMs,
  }
}

/** What a system without requests uses per second, after it has settled. @throws an AbortError if it was stopped */
export async function idleUse(
  redis: Redis,
  { settleMs, forMs }: { readonly settleMs: number; readonly forMs: number },
  signal: AbortSignal,
): Promise<RedisUse> {
  await sleep(settleMs, undefined, { signal })
  const before = await readRedis(redis)
  await sleep(forMs, undefined, { signal })
  const { overMs, ...used } = usedBetween(before, await readRedis(redis))
  return eachOf(used, (amount) => (amount * 1_000) / overMs)
}

/** Never below 0, since the use of an idle system varies a little. */
export function withoutIdle({ overMs, ...used }: UseOverTime, idlePerSecond: RedisUse): RedisUse {
  return eachOf(used, (amount, name) => Math.max(0, amount - (idlePerSecond[name] * overMs) / 1_000))
}

function eachOf(use: RedisUse, to: (amount: number, name: keyof RedisUse) => number): RedisUse {
  const { commands, bytes, cpuMs } = use
  return { commands: to(commands, 'commands'), bytes: to(bytes, 'bytes'), cpuMs: to(cpuMs, 'cpuMs') }
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
