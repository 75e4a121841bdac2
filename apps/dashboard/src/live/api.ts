/** Calls of the API. The admin token, if one is needed, is kept for this tab only. */
import type { InspectedEntry } from '../inspector/entry-types.ts'
import type { Action, LoadSettings, LoadState, StrategyInfo } from './api-types.ts'

const TOKEN_KEY = 'adminToken'
const ENTRIES_WITHIN_MS = 5_000

/** What the API refused, in its own words. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

export function setAdminToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token)
}

export const api = {
  strategies: () => call<readonly StrategyInfo[]>('GET', '/api/strategies'),
  actions: () => call<readonly Action[]>('GET', '/api/actions'),
  /** It is asked again and again, and not before it has an answer: without a limit, a lost connection would end that. */
  entries: (key: string) =>
    call<readonly InspectedEntry[]>('GET', `/api/entries?key=${encodeURIComponent(key)}`, undefined, ENTRIES_WITHIN_MS),
  load: () => call<LoadState>('GET', '/api/load'),
  startLoad: (settings: Partial<LoadSettings>) => call<LoadState>('POST', '/api/load', settings),
  stopLoad: () => call<LoadState>('DELETE', '/api/load'),
  act: (name: string, strategies: readonly string[] | undefined) =>
    call<unknown>('POST', `/api/actions/${encodeURIComponent(name)}`, strategies === undefined ? {} : { strategies }),
  resetStats: () => call<unknown>('POST', '/api/stats/reset'),
}

/** @throws Refused */
async function call<T>(method: string, path: string, body?: unknown, withinMs?: number): Promise<T> {
  const token = sessionStorage.getItem(TOKEN_KEY)
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(token !== null && method !== 'GET' && { authorization: `Bearer ${token}` }),
  }
  const signal = withinMs === undefined ? null : AbortSignal.timeout(withinMs)
  const noAnswer = new Refused(0, 'The API does not answer. Is it running?')
  let response: Response
  try {
    response = await fetch(path, { method, headers, signal, ...(body !== undefined && { body: JSON.stringify(body) }) })
  } catch {
    throw noAnswer
  }
  const answer: unknown = await response.json().catch(() => undefined)
  if (signal?.aborted) throw noAnswer
  if (response.ok) return answer as T
  const detail = (answer as { detail?: unknown } | undefined)?.detail
  throw new Refused(
    response.status,
    typeof detail === 'string' ? detail : `The API answered ${method} ${path} with status ${response.status}.`,
  )
}
