import type { Redis } from 'ioredis'

/** Calls by command, since the server's start. */
export type CommandCounts = ReadonlyMap<string, number>

/** By INFO, which is not counted. Commands that a script calls count too. */
export async function commandCounts(redis: Redis): Promise<CommandCounts> {
  const info = await redis.info('commandstats')
  const counts = new Map<string, number>()
  for (const [, name, calls] of info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (name !== 'info') counts.set(name!, Number(calls))
  }
  return counts
}

/** The calls between two counts, in all and by command. */
export function callsBetween(before: CommandCounts, after: CommandCounts) {
  const byCommand: Record<string, number> = {}
  let calls = 0
  for (const [name, count] of after) {
    const added = count - (before.get(name) ?? 0)
    if (added === 0) continue
    byCommand[name] = added
    calls += added
  }
  return { calls, byCommand }
}
