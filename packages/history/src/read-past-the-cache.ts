import { postKey } from 'posts-db/keys'
import { type HttpClient, httpClient } from './http-client.ts'
import { FINAL_CLIENT, monotonicMs, type Operation } from './operation.ts'
import { readPost } from './post-client.ts'

/** The version of a post in the database. */
export type FinalRead = (id: number) => Promise<number>

export interface PastTheCacheOptions {
  readonly urls: readonly string[]
  readonly strategy: string
  readonly timeoutMs?: number
  /** Needed if the API was started with one. */
  readonly adminToken?: string
}

/**
 * Reads a strategy's own copy of a post through the API: drops the entry (an admin call, allowed from the same machine),
 * then reads, which must load. Tries one API process after the other.
 *
 * Rejects if none answers, or if the answer came from a cache after all.
 */
export function readPastTheCache(options: PastTheCacheOptions): FinalRead {
  const { urls, strategy, timeoutMs = 10_000, adminToken } = options
  return async (id) => {
    const http = httpClient({ timeoutMs, ...(adminToken !== undefined && { adminToken }) })
    try {
      for (const url of urls) {
        const version = await tryOne(http, { url, strategy, id })
        if (version !== undefined) return version
      }
    } finally {
      http.close()
    }
    throw new Error(`could not read post ${id} of ${strategy} past the cache through any of ${urls.join(', ')}`)
  }
}

async function tryOne(
  http: HttpClient,
  target: { url: string; strategy: string; id: number },
): Promise<number | undefined> {
  const { url, strategy, id } = target
  const dropped = await http.send('POST', new URL('/api/cache/invalidate', url), { strategy, keys: [postKey(id)] })
  if (dropped.status !== 200) return undefined
  const { version, cache } = await readPost(http, 'past-the-cache', target)
  return cache === 'HIT' || cache === 'STALE' ? undefined : (version ?? undefined)
}

/** Reads each post once more, as client `final`: the content of the database after all other clients have ended. */
export async function finalReads(ids: readonly number[], read: FinalRead): Promise<Operation[]> {
  const reads: Operation[] = []
  for (const id of ids) {
    const start = monotonicMs()
    const version = await read(id).catch(() => null)
    const outcome = version === null ? 'failed' : 'ok'
    reads.push({ client: FINAL_CLIENT, key: postKey(id), op: 'read', version, start, end: monotonicMs(), outcome })
  }
  return reads
}
