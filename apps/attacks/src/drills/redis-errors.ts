import type { Redis } from 'ioredis'

/** How often Redis has answered with an error of this code (`OOM`, `NOPERM`): shows that a fault took effect. */
export async function errorsOf(admin: Redis, code: string): Promise<number> {
  return Number(new RegExp(`errorstat_${code}:count=(\\d+)`).exec(await admin.info('errorstats'))?.[1] ?? 0)
}

/** One number of `INFO`. */
export async function infoNumber(admin: Redis, section: string, name: string): Promise<number> {
  return Number(new RegExp(`${name}:(\\d+)`).exec(await admin.info(section))?.[1] ?? Number.NaN)
}

/** The commands that Redis has run or refused, including those called by scripts. */
export async function usedCommands(admin: Redis): Promise<string[]> {
  const names = [...(await admin.info('commandstats')).matchAll(/^cmdstat_([^:|]+)/gm)].map(([, name]) => name!)
  return [...new Set(names)].sort()
}
