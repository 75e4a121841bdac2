import http from 'k6/http'
import { failureOf } from './outcomes.ts'

/** An admin request (not part of the load) failed; the message is one line for the user. */
export class ApiError extends Error {}

/** A strategy in `GET /api/strategies`. */
export interface StrategyInfo {
  name: string
  title: string
  read: string
  write: string
  store: string
  /** Its guarantee; docs/http-api.md has all fields. */
  promise: {
    /** The maximum age of a value that nothing invalidates. */
    staleForAtMostMs: number
    /** In every process, no read that begins after a write was acknowledged returns an older value. */
    readAfterWrite: boolean
    /** The reads, and the processes of the readers, for which that holds. */
    readAfterWriteOf: 'keys and tags' | 'keys' | 'none'
    where: 'every process' | 'this process'
    /** For a naive form, which guarantees nothing: how it returns old values. */
    breaks?: string
  }
  tuning: Record<string, number>
}

export type Counters = Record<string, number>

/** Counters of `/api/stats` that the comparison needs. */
const REQUIRED_COUNTERS = ['reads', 'hits', 'stale', 'misses', 'collapsed', 'bypassed', 'loads', 'writes']

export interface Api {
  strategies(): StrategyInfo[]
  /** The counters of each strategy since the API started or was reset. */
  stats(): Record<string, Counters>
  tune(strategy: string, tuning: Record<string, number>): void
  /** Invalidates all entries of one strategy. */
  flush(strategy: string): void
  /** k6's version from its User-Agent, the only source for it. Null before the first call. */
  k6Version(): string | null
}

const JSON_HEADERS = { 'Content-Type': 'application/json' }

/** The admin calls of a run. Needs `options.throw`, so that this code can report a refused connection. */
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
          ? `no API at ${baseUrl}: connection refused. Start it with "npx -y pnpm@12 dev", or give its address with -e BASE_URL=…`
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
      throw new ApiError(`${what} did not answer JSON; is ${baseUrl} this project's API?`)
    }
  }

  return {
    strategies() {
      const list = call('GET', '/api/strategies')
      if (!Array.isArray(list) || list.some((entry) => typeof entry?.name !== 'string')) {
        throw new ApiError(
          `GET ${baseUrl}/api/strategies did not answer a list of strategies; is it this project's API?`,
        )
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
