import type { CacheParts } from './cache-parts.ts'
import { LoadRun, runLoad } from './load-run.ts'
import { ReadResult } from './read-result.ts'
import { checkRead, NO_TAGS, observed, type Reader, UnansweredReads } from './reader.ts'

/** Reads past the store: for a strategy that keeps nothing. */
export function uncachedReader<T>(parts: CacheParts<T>): Reader<T> {
  const { stats, emit, runtime } = parts
  const unanswered = new UnansweredReads()
  return {
    async read(key, load, options) {
      checkRead(parts, key, options)
      const startedAt = emit && runtime.now()
      const request = { key, tags: options.tags ?? NO_TAGS, load, options }
      unanswered.add()
      try {
        const { value, loadMs } = await runLoad(parts, request, new LoadRun(request, Number.MAX_SAFE_INTEGER))
        return observed(parts, key, new ReadResult('bypass', value, loadMs, 0, loadMs, 0), startedAt)
      } catch (error) {
        stats.failedReads++
        throw error
      } finally {
        unanswered.remove()
      }
    },
    async peek(key, options) {
      checkRead(parts, key, options)
      return undefined
    },
    close: () => unanswered.none(),
  }
}
