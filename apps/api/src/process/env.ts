/** The environment variables, checked once before anything is opened. With zod, not `command-line`, so that their type is derived from the checks. */
import { CEILING, type StrategyName, strategyNames } from 'strategies'
import { z } from 'zod'
import { wrongInRedisUrl } from './redis-url.ts'

/** Every failed check reports the same `error`: the allowed values. */
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

const MEMCACHED_URL = 'a URL like memcached://127.0.0.1:11211, with nothing but a host and its port'

/** Accepts only a host and a port: the rest of a URL would be ignored. */
function isMemcachedUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text)
  return protocol === 'memcached:' && hostname !== '' && username + password + pathname + search + hash === ''
}

export const isNamed = (name: string): name is StrategyName => strategyNames.some((known) => known === name)

const DAY_MS = 24 * 60 * 60 * 1_000

export const envSchema = z.object({
  /** 0 selects a free port. */
  PORT: wholeNumber(0, 65_535).default(3_000),
  HOST: z.string().default('127.0.0.1'),
  /** The strategy for requests without `?strategy=`. */
  CACHE_STRATEGY: z
    .string()
    .refine((name) => isNamed(name) || name.startsWith('peer:'), `one of ${strategyNames.join(', ')}`)
    .default('cache-aside'),
  /** The store; `auto`: Redis if REDIS_URL is set, otherwise the process's memory. */
  CACHE_STORE: oneOf(['auto', 'redis', 'memcached', 'memory']).default('auto'),
  MEMCACHED_URL: z.string().refine(isMemcachedUrl, MEMCACHED_URL).optional(),
  REDIS_URL: z
    .string()
    .superRefine((text, { addIssue }) => {
      const allowed = wrongInRedisUrl(text)
      if (allowed !== undefined) addIssue(allowed)
    })
    .optional(),
  /** Prefix of every key, so that environments can share a database. Excludes SCAN's patterns and a Cluster's hash tags. */
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w.:-]{1,64}$/, '1 to 64 letters, digits and . _ : -, as in posts:')
    .default('posts:'),
  /** The strategies that `pnpm worker` keeps warm. Default: `CACHE_STRATEGY`. */
  WORKER_STRATEGIES: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(oneOf(strategyNames), `a comma-separated list of ${strategyNames.join(', ')}`))
    .optional(),
  /** How many of the hottest posts to warm at the start, with the list and the report. 0 warms nothing. */
  WARM_ON_START: wholeNumber(0, 100_000).default(0),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user:password@127.0.0.1:5432/database'),
  CACHE_TTL_MS: wholeNumber(1, DAY_MS).default(60_000),
  /** How long after its TTL `stale-while-revalidate` may serve an entry. */
  STALE_MS: wholeNumber(0, DAY_MS).default(300_000),
  /** Added delay per load of posts, after the rows have been read. Not added to the report on authors. */
  ORIGIN_DELAY_MS: wholeNumber(0, 60_000).default(0),
  /** How many posts `pnpm dev` loads. */
  SEED_POSTS: wholeNumber(1, 1_000_000).default(10_000),
  /** If set, admin routes always require it. */
  ADMIN_TOKEN: z.string().optional(),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Number of processes. Several share entries only through Redis or memcached. */
  WORKERS: wholeNumber(1, 64).default(1),
  /** 1: `pnpm dev` started this Redis, so that the live page may pause it. */
  REDIS_IS_PRIVATE: wholeNumber(0, 1).default(0),
  /** 1 also serves other libraries, for comparison. */
  PEERS: wholeNumber(0, 1).default(0),
})

export type Env = z.output<typeof envSchema>

/** Invalid environment. The message is one line for the operator. */
export class EnvError extends Error {
  override readonly name = 'EnvError'
}

/**
 * Reads and checks the environment. A variable that is set but empty counts as not set.
 *
 * @throws EnvError that names each invalid variable, its value (never a secret) and the allowed values
 */
export function readEnv(source: Record<string, string | undefined>): Env {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const parsed = envSchema.safeParse(set)
  if (!parsed.success) {
    throw new EnvError(
      parsed.error.issues.map((issue) => describe(String(issue.path[0]), issue.message, set)).join('; '),
    )
  }
  checkStore(parsed.data)
  if (parsed.data.CACHE_STRATEGY === CEILING) {
    throw new EnvError(
      `CACHE_STRATEGY is "${CEILING}", which never shows changes: it is for comparison only, as ?strategy=${CEILING}; ` +
        `allowed: one of ${strategyNames.filter((name) => name !== CEILING).join(', ')}`,
    )
  }
  if (parsed.data.PEERS === 1 && parsed.data.REDIS_URL === undefined) {
    throw new EnvError('PEERS is "1"; allowed without REDIS_URL: 0, since the peers need Redis')
  }
  if (parsed.data.PEERS === 0) checkStrategy(parsed.data, strategyNames)
  return parsed.data
}

export type StoreKind = 'redis' | 'memcached' | 'memory'

export function storeKindOf({ CACHE_STORE, REDIS_URL }: Pick<Env, 'CACHE_STORE' | 'REDIS_URL'>): StoreKind {
  if (CACHE_STORE !== 'auto') return CACHE_STORE
  return REDIS_URL === undefined ? 'memory' : 'redis'
}

/** @throws EnvError when the store's server is not configured, or several processes can't share the store */
function checkStore(env: Env): void {
  const { CACHE_STORE, REDIS_URL, MEMCACHED_URL, WORKERS } = env
  if (CACHE_STORE === 'redis' && REDIS_URL === undefined) {
    throw new EnvError('CACHE_STORE is "redis"; allowed without REDIS_URL: auto, memcached, memory')
  }
  if (CACHE_STORE === 'memcached' && MEMCACHED_URL === undefined) {
    throw new EnvError('CACHE_STORE is "memcached"; allowed without MEMCACHED_URL: auto, redis, memory')
  }
  if (WORKERS > 1 && storeKindOf(env) === 'memory') {
    const where = CACHE_STORE === 'memory' ? 'with CACHE_STORE=memory' : 'without REDIS_URL'
    throw new EnvError(`WORKERS is "${WORKERS}"; allowed ${where}: 1, since processes do not share memory`)
  }
}

/** @throws EnvError when the default strategy is not served */
export function checkStrategy({ CACHE_STRATEGY }: Pick<Env, 'CACHE_STRATEGY'>, served: readonly string[]): void {
  if (served.includes(CACHE_STRATEGY)) return
  throw new EnvError(`CACHE_STRATEGY is "${CACHE_STRATEGY.slice(0, 80)}"; allowed: one of ${served.join(', ')}`)
}

function describe(name: string, allowed: string, source: Record<string, string | undefined>): string {
  const value = source[name]
  if (value === undefined) return `${name} is not set; allowed: ${allowed}`
  return `${name} is ${isSecret(name) ? 'not usable (its value is not shown)' : JSON.stringify(value.slice(0, 80))}; allowed: ${allowed}`
}

/** URLs may contain a password, even malformed ones. */
function isSecret(name: string): boolean {
  return name.endsWith('_URL') || name.endsWith('_TOKEN')
}
