import http from 'k6/http'
import { failureOf } from './outcomes.ts'

/** A request for steering the run (not part of the load) went wrong; the message is one line for the user. */
export class ApiError extends Error {}

/** What `GET /api/strategies` says of each. */
export interface StrategyInfo {
  name: string
  title: string
  read: string
  write: string
  store: string
  /** What it guarantees: docs/http-api.md has all fields. */
  promise: {
    /** How old a value may be where nothing invalidates it. */
    staleForAtMostMs: number
    /** No read in any process that begins after a write was acknowledged returns an older value. */
    readAfterWrite: boolean
    /** Of which reads that holds, and for the readers of which processes. */
    readAfterWriteOf: 'keys and tags' | 'keys' | 'none'
    where: 'every process' | 'this process'
    /** Of a naive form, which guarantees nothing: how it returns old values. */
    breaks?: string
  }
  tuning: Record<string, number>
}

export type Counters = Record<string, number>

/** Counters of `/api/stats` without which there is nothing to compare. */
const REQUIRED_COUNTERS = ['reads', 'hits', 'stale', 'misses', 'collapsed', 'bypassed', 'loads', 'writes']

export interface Api {
  strategies(): StrategyInfo[]
  /** The counters of each strategy since the API started or was reset. */
  stats(): Record<string, Counters>
  tune(strategy: string, tuning: Record<string, number>): void
  /** Empties the cache of one strategy. */
  flush(strategy: string): void
  /** k6's version, as it presents itself to servers: it has no other way to ask. Null before the first call. */
  k6Version(): string | null
}

const JSON_HEADERS = { 'Content-Type': 'application/json' }

/** The calls that steer a run. Needs `options.throw`, so that a refused connection is ours to report. */
export function connect(baseUrl: string, adminToken: string): Api {
  const headers = { ...JSON_HEADERS, ...(adminToken === '' ? {} : { Authorization: `Bearer ${adminToken}` }) }

  let userAgent = ''

  function call(method: string, path: string, body?: unknown) {
    const what = `${method} ${baseUrl}${path}`
    let response: ReturnType<typeof http.request>
    try {
      response = http.request(method, `${baseUrl}${path}`, body === undefined ? null : JSON.stringify(body), {
        headers,
        timeout: '10s',
        responseType: 'text',
        tags: { name: `${method} ${path}` },
      })
    } catch (error) {
      const kind = failureOf(String((error as Error).message))
      throw new ApiError(
        kind === 'refused'
          ? `no API at ${baseUrl}: connection refused. Start it with "npx -y pnpm@12 dev", or say where it is with -e BASE_URL=…`
          : `${what} failed: ${(error as Error).message}`,
      )
    }
    userAgent = String(response.request.headers['User-Agent'] ?? '')
    if (response.status === 401 || response.status === 403) {
      throw new ApiError(`${what} answered ${response.status}: give the API's token with -e ADMIN_TOKEN=…`)
    }
    if (response.status < 200 || response.status > 299) {
      throw new ApiError(`${what} answered ${response.status}: ${String(response.body).slice(0, 300)}`)
    }
    try {
      return response.body ? JSON.parse(String(response.body)) : undefined
    } catch {
      throw new ApiError(`${what} answered something that is not JSON; is ${baseUrl} this project's API?`)
    }
  }

  return {
    strategies() {
      const list = call('GET', '/api/strategies')
      if (!Array.isArray(list) || list.some((entry) => typeof entry?.name !== 'string')) {
        throw new ApiError(`GET ${baseUrl}/api/strategies is not a list of strategies; is it this project's API?`)
      }
      return list
    },
    stats() {
      const strategies: Record<string, Record<string, unknown>> = call('GET', '/api/stats')?.strategies ?? {}
      return Object.fromEntries(
        Object.entries(strategies).map(([name, counters]) => {
          const missing = REQUIRED_COUNTERS.filter((counter) => typeof counters[counter] !== 'number')
          if (missing.length > 0) throw new ApiError(`GET /api/stats lacks ${missing.join(', ')} of ${name}`)
          return [name, Object.fromEntries(Object.entries(counters).filter(([, value]) => typeof value === 'number'))]
        }),
      ) as Record<string, Counters>
    },
    tune(strategy, tuning) {
      call('PATCH', `/api/strategies/${strategy}`, tuning)
    },
    flush(strategy) {
      call('POST', '/api/cache/invalidate', { strategy, all: true })
    },
    k6Version: () => /k6\/(\d+\.\d+\.\d+[^\s]*)/.exec(userAgent)?.[1] ?? null,
  }
}
