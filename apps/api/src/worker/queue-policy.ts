import type { Redis } from 'ioredis'
import { EnvError } from '../process/env.ts'
import { soon } from '../process/redis-connection.ts'

const NEEDED = 'the worker needs a Redis that evicts no jobs: maxmemory-policy volatile-lru, or noeviction'

/** @throws EnvError if Redis may evict jobs, or does not reveal its policy */
export async function checkQueuePolicy(client: Pick<Redis, 'info' | 'config'>): Promise<void> {
  const policy = (await fromInfo(client)) ?? (await fromConfig(client))
  if (policy === undefined) {
    throw new EnvError(`${NEEDED}; here it is unknown, since this user may run neither INFO nor CONFIG GET`)
  }
  if (!/^(volatile-|noeviction$)/.test(policy)) throw new EnvError(`${NEEDED}; here it is ${policy}`)
}

async function fromInfo(client: Pick<Redis, 'info'>): Promise<string | undefined> {
  const info = await soon(client.info('memory')).catch(() => '')
  return /^maxmemory_policy:(\S+)/m.exec(info)?.[1]
}

/** RESP2 answers a list of name and value, RESP3 a map. */
async function fromConfig(client: Pick<Redis, 'config'>): Promise<string | undefined> {
  const answer: unknown = await soon(client.config('GET', 'maxmemory-policy')).catch(() => undefined)
  return Array.isArray(answer) ? answer[1] : (answer as Record<string, string> | undefined)?.['maxmemory-policy']
}
