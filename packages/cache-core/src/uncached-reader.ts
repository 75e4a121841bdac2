import type { CacheParts } from './cache-parts.ts'
import { MAX_TTL_MS } from './check.ts'
import { LoadRun, runLoad } from './load-run.ts'
import { ReadResult } from './read-result.ts'
import { checkLoad, checkRead, observed, type Reader, UnansweredReads } from './reader.ts'
import type { LoadManner } from './running-load.ts'

/** Each read runs its own load. */
const ALONE: LoadManner = { isAlone: true }

/** Reads without the store: for a strategy that keeps nothing. */
export function uncachedReader<T>(parts: CacheParts<T>): Reader<T> {
  const { stats, emit, runtime } = parts
  const unanswered = new UnansweredReads()
  return {
    async read(key, load, options) {
      const tags = checkRead(parts, 'read', key, options)
      checkLoad(load)
      const startedAt = emit && runtime.now()
      const request = { key, tags, load, options }
      unanswered.add()
      try {
        const { value, loadMs } = await runLoad(parts, request, new LoadRun(request, MAX_TTL_MS), ALONE)
        return observed(parts, key, new ReadResult('bypass', value, loadMs, 0, loadMs, 0), startedAt)
      } catch (error) {
        stats.failedReads++
        throw error
      } finally {
        unanswered.remove()
      }
    },
    async peek(key, options) {
      checkRead(parts, 'peek', key, options)
      return undefined
    },
    close: () => unanswered.none(),
  }
}
