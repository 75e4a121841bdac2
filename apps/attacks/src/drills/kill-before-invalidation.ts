import { httpClient, monotonicMs, type Operation, postKey, readPost } from 'history'
import type { ApiProcess } from 'local-servers'
import { schemaName } from 'posts-db'
import type { StrategyName } from 'strategies'
import type { TestSystem } from './drill.ts'
import { SCRIPTED_ID } from './load.ts'
import { until } from './until.ts'

/** A write whose invalidation was never sent. */
export interface Orphan {
  readonly strategy: StrategyName
  /** The version in the cache. */
  readonly old: number
  /** The version in the database. */
  readonly current: number
}

/**
 * Makes a process write a post under each strategy and kills it (-9) between commit and invalidation.
 *
 * All entries are cached first. The writes wait for a lock on their rows; by then write-through has claimed its lease. The
 * connection to Redis hangs before the lock is released, so the writes commit and can't invalidate. The kill comes before the
 * invalidations time out.
 *
 * @throws if a write was answered, since the kill then came too late
 */
export async function killBeforeInvalidation(system: TestSystem, victim: ApiProcess): Promise<Orphan[]> {
  const { database, versionInDatabase, toxicProxy, strategies, load } = system
  const old: number[] = []
  for (const strategy of strategies) {
    const hit = await until('the entry is there', 5_000, async () => {
      const answer = await ask(system, victim, strategy)
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
  await toxicProxy.hang()
  await database.query('COMMIT')
  const current = await until('the writes are committed', 2_000, async () => {
    const versions = await Promise.all(strategies.map((strategy) => versionInDatabase(strategy, SCRIPTED_ID)))
    return versions.every((version, i) => version > old[i]!) && versions
  })
  await victim.kill()
  const statuses = await Promise.all(writes)
  if (statuses.some((status) => status !== 0)) {
    throw new Error(`writes were answered (${statuses}) before the kill, so the drill proves nothing`)
  }
  return strategies.map((strategy, i) => ({ strategy, old: old[i]!, current: current[i]! }))
}

/** Reads the post through an API process. */
export async function ask({ load }: TestSystem, { url }: ApiProcess, strategy: StrategyName): Promise<Operation> {
  const http = httpClient({ timeoutMs: 10_000 })
  try {
    const answer = await readPost(http, 'reads', { url, strategy, id: SCRIPTED_ID })
    load.add(strategy, answer)
    return answer
  } finally {
    http.close()
  }
}

/** @returns the status; 0: no answer, so the write may or may not have happened */
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
  // Not a client of the load: this write must get no answer.
  const seen = { client: WRITES_TO_THE_VICTIM, key: postKey(SCRIPTED_ID), server: new URL(url).host }
  record({ ...seen, op: 'write', version: null, start, end: monotonicMs(), outcome: 'unknown', status })
  return status
}

const WRITES_TO_THE_VICTIM = 'writes to the victim'
