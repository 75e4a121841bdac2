/** The load of a drill: recorded clients that read and write a few hot posts under each strategy. */
import { FINAL_CLIENT, monotonicMs, type Operation, postKey, type Recording, recordClients } from 'history'
import type { StrategyName } from 'strategies'
import { PageReader } from './page-reader.ts'
import { until, within } from './until.ts'

/** The posts under load. Also read together, as one page. */
export const HOT_IDS = [1, 2, 3, 4]
/** Never written, and not read by the load: a hit shows that the cache is in use. */
export const QUIET_ID = 9
/** Read and written only by the steps of a drill. */
export const SCRIPTED_ID = 10
/** Read only where the expected answer is a 503. */
export const NEVER_CACHED_ID = 9_999

export interface LoadOptions {
  readonly urls: readonly string[]
  readonly strategies: readonly StrategyName[]
  readonly seed: number
  /** A request without an answer for this long counts as stuck, in ms. */
  readonly stuckAfterMs: number
  /** The version of a post in a strategy's own copy. */
  readonly versionInDatabase: (strategy: StrategyName, id: number) => Promise<number>
}

export interface Load {
  /** Resolves once the load has completed `operations` more. @throws after 15 s */
  more(operations: number): Promise<void>
  /** Adds an operation of the drill itself. */
  add(strategy: StrategyName, operation: Operation): void
  /** Waits until every request is answered. @returns all operations by strategy */
  stop(): Promise<Map<StrategyName, readonly Operation[]>>
}

const MORE_WITHIN_MS = 15_000

export function startLoad({ urls, strategies, seed, stuckAfterMs, versionInDatabase }: LoadOptions): Load {
  const added = new Map<StrategyName, Operation[]>(strategies.map((strategy) => [strategy, []]))
  const recordings = new Map<StrategyName, Recording>()
  const pages = new Map<StrategyName, PageReader>()
  for (const strategy of strategies) {
    const recording = recordClients({
      urls,
      strategy,
      ids: HOT_IDS,
      processes: 1,
      clientsPerProcess: 2,
      writeRatio: 0.15,
      seed: seed + recordings.size,
      pauseMs: 4,
      timeoutMs: stuckAfterMs,
      readFinal: (id) => versionInDatabase(strategy, id),
    })
    recordings.set(strategy, recording)
    pages.set(strategy, new PageReader({ urls, strategy, ids: HOT_IDS, pauseMs: 20, timeoutMs: stuckAfterMs }))
  }
  /** Of posts that only the drill used. */
  const finalReads = (strategy: StrategyName, own: readonly Operation[]) => {
    const ids = [...new Set(own.map(({ key }) => Number(key.split(':')[1])))].filter((id) => !HOT_IDS.includes(id))
    return Promise.all(
      ids.map(async (id): Promise<Operation> => {
        const start = monotonicMs()
        const version = await versionInDatabase(strategy, id)
        return { client: FINAL_CLIENT, key: postKey(id), op: 'read', version, start, end: monotonicMs(), outcome: 'ok' }
      }),
    )
  }
  const progress = () => [...recordings.values()].reduce((sum, recording) => sum + recording.progress(), 0)

  return {
    async more(operations) {
      const from = progress()
      await until(`${operations} more operations are answered`, MORE_WITHIN_MS, () => progress() >= from + operations)
    },
    add: (strategy, operation) => added.get(strategy)!.push(operation),
    async stop() {
      const stopped = [...recordings].map(async ([strategy, recording]) => {
        const [single, paged] = await Promise.all([recording.stop(), pages.get(strategy)!.stop()])
        const own = added.get(strategy)!
        return [strategy, [...single, ...paged, ...own, ...(await finalReads(strategy, own))]] as const
      })
      return new Map(await within('ending the load', stuckAfterMs + 10_000, Promise.all(stopped)))
    },
  }
}

/** Final reads come from the database, not from the API. */
export function isRequest({ client }: Operation): boolean {
  return client !== FINAL_CLIENT
}
