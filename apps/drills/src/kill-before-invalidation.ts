import { httpClient, monotonicMs, type Operation, postKey, readPost } from 'history'
import type { ApiProcess } from 'local-servers'
import { schemaName } from 'posts-db'
import type { StrategyName } from 'strategies'
import type { Site } from './drill.ts'
import { SCRIPTED_ID } from './load.ts'
import { until } from './until.ts'

/** An invalidation that never took place. */
export interface Orphan {
  readonly strategy: StrategyName
  /** What the cache holds. */
  readonly old: number
  /** What the database holds. */
  readonly current: number
}

/**
 * Has a process write a post under each strategy and kills it (-9) between its commits and its invalidations.
 *
 * The writes wait for a lock on their rows: write-through has claimed by then. The way to Redis hangs before they may go on, so that
 * they commit and can't invalidate, and the process is killed before it gives that up. All entries are there before.
 *
 * @throws when a write was answered, so that the kill came too late
 */
export async function killBeforeInvalidation(site: Site, victim: ApiProcess): Promise<Orphan[]> {
  const { database, versionInDatabase, way, strategies, load } = site
  const old: number[] = []
  for (const strategy of strategies) {
    const hit = await until('the entry is there', 5_000, async () => {
      const answer = await ask(site, victim, strategy)
      return answer.cache === 'HIT' && answer
    })
    old.push(hit.version!)
  }
  await database.query('BEGIN')
  for (const strategy of strategies) {
    await database.query(`SELECT 1 FROM ${schemaName(strategy)}.posts WHERE id = $1 FOR UPDATE`, [SCRIPTED_ID])
  }
  const writes = strategies.map((strategy) => write(victim, strategy, (operation) => load.add(strategy, operation)))
  await until('the writes wait for their rows', 5_000, async () => {
    const { rows } = await database.query(`
      SELECT count(*)::integer AS waiting FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))`)
    return rows[0].waiting === strategies.length
  })
  await way.hang()
  await database.query('COMMIT')
  const current = await until('the writes are committed', 2_000, async () => {
    const versions = await Promise.all(strategies.map((strategy) => versionInDatabase(strategy, SCRIPTED_ID)))
    return versions.every((version, i) => version > old[i]!) && versions
  })
  await victim.kill()
  const statuses = await Promise.all(writes)
  if (statuses.some((status) => status !== 0)) {
    throw new Error(`writes were answered (${statuses}) before the kill, which shows nothing`)
  }
  return strategies.map((strategy, i) => ({ strategy, old: old[i]!, current: current[i]! }))
}

/** Reads the post through an API process. */
export async function ask({ load }: Site, { url }: ApiProcess, strategy: StrategyName): Promise<Operation> {
  const http = httpClient({ timeoutMs: 10_000 })
  try {
    const answer = await readPost(http, 'asks', { url, strategy, id: SCRIPTED_ID })
    load.add(strategy, answer)
    return answer
  } finally {
    http.close()
  }
}

/** Its status; 0: no answer, so that nobody can say whether it happened. */
async function write(
  { url }: ApiProcess,
  strategy: StrategyName,
  record: (operation: Operation) => void,
): Promise<number> {
  const start = monotonicMs()
  const body = JSON.stringify({ title: 'The last of this process' })
  const init = { method: 'PATCH', body, headers: { 'Content-Type': 'application/json' } }
  const status = await fetch(`${url}/api/posts/${SCRIPTED_ID}?strategy=${strategy}`, init).then(
    (answer) => answer.status,
    () => 0,
  )
  // Not that of the load: no answer is what this drill wants.
  const seen = { client: WRITES_TO_THE_VICTIM, key: postKey(SCRIPTED_ID), server: new URL(url).host }
  record({ ...seen, op: 'write', version: null, start, end: monotonicMs(), outcome: 'unknown', status })
  return status
}

const WRITES_TO_THE_VICTIM = 'writes to the victim'
