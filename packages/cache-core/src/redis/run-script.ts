import type { Arg, RedisClient } from './redis-client.ts'
import type { Script } from './scripts.ts'

/** Runs a script by its digest, or by its text where the server doesn't have it. */
export async function runScript(
  client: Pick<RedisClient, 'evalsha' | 'eval'>,
  script: Script,
  keys: readonly string[],
  args: readonly Arg[],
): Promise<unknown> {
  try {
    return await client.evalsha(script.sha, keys, args)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return await client.eval(script.lua, keys, args)
  }
}
