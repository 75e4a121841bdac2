import { httpClient, monotonicMs, type Operation, postKey, readPost } from 'history'
import type { ApiProcess } from 'local-servers'
import { schemaName } from 'posts-db'
import type { StrategyName } from 'strategies'
import type { Drill, Site } from '../drill.ts'
import { SCRIPTED_ID } from '../load.ts'
import { until } from '../until.ts'

/** From the kill: what is undelivered for a second is the relay's, which looks every so often. */
const CURRENT_WITHIN_MS = 2_500

export const apiKilledBeforeInvalidation: Drill = {
  name: 'api-killed-before-invalidation',
  fault: 'an API process killed (-9) between its commit and its invalidation, for which its way to Redis hangs',
  holds: `the old value is served until the outbox relay of another process has voided it, within ${CURRENT_WITHIN_MS} ms; nothing else is old`,
  throughProxy: true,
  // The one that is killed is asked by this drill alone.
  loaded: (apis) => apis.slice(1),
  async inflict(site) {
    const [victim, other] = site.apis as [ApiProcess, ApiProcess]
    const http = httpClient({ timeoutMs: 10_000 })
    const ask = async (strategy: StrategyName) => {
      const answer = await readPost(http, 'asks another', { url: other.url, strategy, id: SCRIPTED_ID })
      site.load.add(strategy, answer)
      return answer
    }
    const old = new Map<StrategyName, number>()
    for (const strategy of site.strategies) {
      const { version } = await until('it is a hit', 5_000, async () => {
        const answer = await ask(strategy)
        return answer.cache === 'HIT' && answer
      })
      old.set(strategy, version!)
    }
    await killBetweenCommitAndInvalidation(site, victim, old)
    const killedAt = monotonicMs()
    const became = async (strategy: StrategyName) => {
      const before = await ask(strategy)
      if (before.version !== old.get(strategy) || before.cache !== 'HIT') {
        throw new Error(
          `${strategy}: version ${before.version} (${before.cache}) right after the kill, not the old value, which shows nothing`,
        )
      }
      await until(
        `${strategy} is current`,
        CURRENT_WITHIN_MS,
        async () => (await ask(strategy)).version! > old.get(strategy)!,
      )
      site.note(
        `${strategy}: old value served after the kill, current ${(monotonicMs() - killedAt).toFixed(0)} ms later`,
      )
    }
    await Promise.all(site.strategies.map(became))
    http.close()
  },
}

/**
 * The writes wait for a lock on their rows: write-through has claimed by then. The way to Redis hangs before they may go on, so
 * that they commit and can't invalidate, and the process is killed before it gives that up.
 */
async function killBetweenCommitAndInvalidation(
  { database, versionInDatabase, way, strategies, load }: Site,
  victim: ApiProcess,
  old: ReadonlyMap<StrategyName, number>,
): Promise<void> {
  await database.query('BEGIN')
  for (const strategy of strategies) {
    await database.query(`SELECT 1 FROM ${schemaName(strategy)}.posts WHERE id = $1 FOR UPDATE`, [SCRIPTED_ID])
  }
  const writes = strategies.map((strategy) => patch(victim, strategy, (operation) => load.add(strategy, operation)))
  await until('the writes wait for their rows', 5_000, async () => {
    const { rows } = await database.query(`
      SELECT count(*)::integer AS waiting FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'posts-db'`)
    return rows[0].waiting === strategies.length
  })
  await way.hang()
  await database.query('COMMIT')
  await until('the writes are committed', 240, async () => {
    const versions = await Promise.all(strategies.map((strategy) => versionInDatabase(strategy, SCRIPTED_ID)))
    return versions.every((version, i) => version > old.get(strategies[i]!)!)
  })
  await victim.kill()
  const answers = await Promise.all(writes)
  if (answers.some((status) => status !== 0))
    throw new Error(`writes were answered (${answers}) before the kill, which shows nothing`)
}

/** Its status; 0: no answer, so that nobody can say whether it happened. */
async function patch(
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
  const seen = { client: 'writes to the victim', key: postKey(SCRIPTED_ID), server: new URL(url).host }
  record({ ...seen, op: 'write', version: null, start, end: monotonicMs(), outcome: 'unknown', status })
  return status
}
