import type { Redis } from 'ioredis'

/** How often Redis has answered with an error of this code (`OOM`, `NOPERM`): whether a fault has bitten. */
export async function errorsOf(admin: Redis, code: string): Promise<number> {
  return Number(new RegExp(`errorstat_${code}:count=(\\d+)`).exec(await admin.info('errorstats'))?.[1] ?? 0)
}

/** One number of `INFO`. */
export async function infoNumber(admin: Redis, section: string, name: string): Promise<number> {
  return Number(new RegExp(`${name}:(\\d+)`).exec(await admin.info(section))?.[1] ?? Number.NaN)
}
