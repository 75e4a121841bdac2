/** The environment: what may be set, checked once, before anything is opened. */
import { strategyNames } from 'strategies'
import { z } from 'zod'

/** One schema per variable; `error` is what is allowed, whichever of its checks fails. */
function wholeNumber(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,15}$/, error)
    .transform(Number)
    .pipe(z.number().min(min, error).max(max, error))
}

function url(protocols: readonly string[], example: string) {
  return z
    .string(`a URL like ${example}`)
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), `a URL like ${example}`)
}

function oneOf<const T extends readonly string[]>(names: T) {
  return z.enum(names, `one of ${names.join(', ')}`)
}

const isNamed = (name: string) => strategyNames.some((known) => known === name)

const DAY_MS = 24 * 60 * 60 * 1_000

export const envSchema = z.object({
  /** 0 takes a free one. */
  PORT: wholeNumber(0, 65_535).default(3_000),
  HOST: z.string().default('127.0.0.1'),
  /** What a request without `?strategy=` gets. */
  CACHE_STRATEGY: z
    .string()
    .refine((name) => isNamed(name) || name.startsWith('peer:'), `one of ${strategyNames.join(', ')}`)
    .default('cache-aside'),
  /** Without it entries are kept in the process's memory. */
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://127.0.0.1:6379').optional(),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user:password@127.0.0.1:5432/database'),
  CACHE_TTL_MS: wholeNumber(1, DAY_MS).default(60_000),
  /** For strategies that serve stale values; none of today's does. */
  STALE_MS: wholeNumber(0, DAY_MS).default(300_000),
  /** Makes each load of posts take longer: waits after the rows have been read. The report on authors has no such wait. */
  ORIGIN_DELAY_MS: wholeNumber(0, 60_000).default(0),
  /** How many posts `pnpm dev` loads. */
  SEED_POSTS: wholeNumber(1, 1_000_000).default(10_000),
  /** When set, admin routes always ask for it. */
  ADMIN_TOKEN: z.string().optional(),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Processes that serve. More than one share entries only through Redis. */
  WORKERS: wholeNumber(1, 64).default(1),
  /** 1 serves other libraries too, to compare with. */
  PEERS: wholeNumber(0, 1).default(0),
})

export type Env = z.output<typeof envSchema>

/** The environment can't be used. The message is one line for the operator. */
export class EnvError extends Error {
  override readonly name = 'EnvError'
}

/**
 * Reads and checks the environment. A variable that is set but empty counts as not set.
 *
 * @throws EnvError naming each bad variable, its value (never a secret) and what is allowed.
 */
export function readEnv(source: Record<string, string | undefined>): Env {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const parsed = envSchema.safeParse(set)
  if (!parsed.success) {
    throw new EnvError(
      parsed.error.issues.map((issue) => describe(String(issue.path[0]), issue.message, set)).join('; '),
    )
  }
  if (parsed.data.WORKERS > 1 && parsed.data.REDIS_URL === undefined) {
    throw new EnvError('WORKERS is "2" or more; allowed without REDIS_URL: 1, since memory is not shared by processes')
  }
  if (parsed.data.PEERS === 1 && parsed.data.REDIS_URL === undefined) {
    throw new EnvError('PEERS is "1"; allowed without REDIS_URL: 0, since the peers are configured for Redis')
  }
  if (parsed.data.PEERS === 0) checkStrategy(parsed.data, strategyNames)
  return parsed.data
}

/** @throws EnvError when the strategy of requests that name none is not among those served */
export function checkStrategy({ CACHE_STRATEGY }: Pick<Env, 'CACHE_STRATEGY'>, served: readonly string[]): void {
  if (served.includes(CACHE_STRATEGY)) return
  throw new EnvError(`CACHE_STRATEGY is "${CACHE_STRATEGY.slice(0, 80)}"; allowed: one of ${served.join(', ')}`)
}

function describe(name: string, allowed: string, source: Record<string, string | undefined>): string {
  const value = source[name]
  if (value === undefined) return `${name} is not set; allowed: ${allowed}`
  return `${name} is ${isSecret(name) ? 'not usable (its value is not shown)' : JSON.stringify(value.slice(0, 80))}; allowed: ${allowed}`
}

/** URLs may hold a password, usable or not. */
function isSecret(name: string): boolean {
  return name.endsWith('_URL') || name.endsWith('_TOKEN')
}
