import type { CacheParts } from './cache-parts.ts'
import { checkNames, MAX_TTL_MS } from './check.ts'
import { type Load, LoadRun, runLoad } from './load-run.ts'
import { pendingFirst } from './pending-first.ts'
import { ReadResult } from './read-result.ts'
import { checkLoad, checkRead, observed, type Reader, type ReadOptions, UnansweredReads } from './reader.ts'
import type { LoadManner } from './running-load.ts'
import { SharedLoad } from './shared-load.ts'

/** Each read runs its own load. */
const ALONE: LoadManner = { isAlone: true }

/** Reads without the store: for a strategy that keeps nothing. */
export function uncachedReader<T>(parts: CacheParts<T>): Reader<T> {
  const { stats, on, runtime } = parts
  const unanswered = new UnansweredReads()

  async function readAlone(key: string, tags: readonly string[], load: Load<T>, options: ReadOptions) {
    const startedAt = on.read && runtime.now()
    const request = { key, tags, load: pendingFirst(parts, key, load), options }
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
  }

  return {
    async read(key, load, options) {
      const tags = checkRead(parts, 'read', key, options)
      checkLoad(load)
      return readAlone(key, tags, load, options)
    },
    async readMany(keys, load, options) {
      checkNames('keys', keys)
      const tags = checkRead(parts, 'readMany', '', options)
      checkLoad(load, 'loadMissing')
      const unique = [...new Set(keys)]
      const shared = new SharedLoad(load, unique, runtime.soon)
      const readOne = async (key: string) => {
        try {
          return await readAlone(key, tags, shared.loadOf(key), options)
        } finally {
          shared.pass(key) // it may have failed before it asked
        }
      }
      const answers = await Promise.all(unique.map(readOne))
      return new Map(unique.map((key, i) => [key, answers[i]!]))
    },
    async get(key, options) {
      checkRead(parts, 'get', key, options)
      return undefined
    },
    peek(key, options) {
      checkRead(parts, 'peek', key, options)
      return undefined
    },
    close: () => unanswered.none(),
  }
}
