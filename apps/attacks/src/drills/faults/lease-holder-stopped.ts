import { httpClient, monotonicMs, postKey, readPost, writePost } from 'history'
import type { ApiProcess } from 'local-servers'
import { schemaName } from 'posts-db'
import type { StrategyName } from 'strategies'
import type { Drill, TestSystem } from '../drill.ts'
import { SCRIPTED_ID } from '../load.ts'
import { readMetrics } from '../resources.ts'
import { apiName } from '../start-servers.ts'
import { until } from '../until.ts'

const LEASE_MS = 400
/** Duration of the holder's loads: long enough to stop the process in one. */
const LOAD_MS = 300

export const leaseHolderStopped: Drill = {
  name: 'lease-holder-stopped',
  fault: `an API process is SIGSTOPped in a load, past the end of its lease (${LEASE_MS} ms), and continued after others have written`,
  holds: "others load when the lease ends; the holder's late fill is refused; no stale reads",
  // Only this drill uses the holder: clients waiting for a stopped process would be no load.
  loaded: (apis) => apis.slice(1),
  async inject(system) {
    const [holder, other] = system.apis as [ApiProcess, ApiProcess]
    const http = httpClient({ timeoutMs: 10_000 })
    const ask = async (api: ApiProcess, strategy: StrategyName, client: string) => {
      const answer = await readPost(http, client, { url: api.url, strategy, id: SCRIPTED_ID })
      system.load.add(strategy, answer)
      return answer
    }
    for (const strategy of system.strategies) {
      await tune(holder, strategy, { leaseMs: LEASE_MS, originDelayMs: LOAD_MS })
      await invalidate(other, strategy)
    }
    const refusedBefore = await refusedFills(holder, system.strategies)
    const late = await untilRowsAreRead(system, () =>
      system.strategies.map((strategy) => ask(holder, strategy, 'reads from the holder')),
    )
    holder.child.kill('SIGSTOP')
    let current: (number | null)[]
    try {
      const stoppedAt = monotonicMs()
      const fillAndWrite = async (strategy: StrategyName) => {
        await untilHit(() => ask(other, strategy, 'reads from another'))
        system.note(
          `${strategy}: another process filled ${(monotonicMs() - stoppedAt).toFixed(0)} ms after the holder was stopped`,
        )
        const target = { url: other.url, strategy, id: SCRIPTED_ID }
        const { version, ...written } = await writePost(http, 'writes', target, 'Written meanwhile')
        system.load.add(strategy, { ...written, version })
        await untilHit(() => ask(other, strategy, 'reads from another'))
        return version
      }
      current = await Promise.all(system.strategies.map(fillAndWrite))
    } finally {
      holder.child.kill('SIGCONT')
    }
    const answers = await Promise.all(late)
    for (const [i, strategy] of system.strategies.entries()) {
      if (answers[i]!.version === current[i]) {
        throw new Error(`${strategy}: the holder had not loaded the old value, so the drill proves nothing`)
      }
      for (const api of [holder, other]) {
        const { version } = await ask(api, strategy, 'reads afterwards')
        if (version !== current[i])
          throw new Error(`${strategy}: version ${version} after the holder continued, not ${current[i]}`)
      }
    }
    const refused = (await refusedFills(holder, system.strategies)) - refusedBefore
    if (refused !== system.strategies.length)
      throw new Error(`${refused} of the holder's ${system.strategies.length} fills were refused`)
    http.close()
  },
}

async function untilHit(ask: () => Promise<{ cache?: string }>): Promise<void> {
  await until(`${postKey(SCRIPTED_ID)} is a hit`, 5_000, async () => (await ask()).cache === 'HIT')
}

/** Makes the holder read under its leases. Resolves once it has the rows: they wait for a lock, and then for `LOAD_MS`. */
async function untilRowsAreRead<T>({ database, strategies }: TestSystem, read: () => T[]): Promise<T[]> {
  await database.query('BEGIN')
  const tables = strategies.map((strategy) => `${schemaName(strategy)}.posts`)
  await database.query(`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`)
  const reads = read()
  const pids = await until('the holder waits for the rows', 5_000, async () => {
    const { rows } = await database.query(
      'SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND pg_backend_pid() = ANY (pg_blocking_pids(pid))',
      [apiName(0)],
    )
    return rows.length === strategies.length && rows.map(({ pid }) => pid as number)
  })
  await database.query('COMMIT')
  await until('the holder has got the rows', 5_000, async () => {
    const { rows } = await database.query("SELECT FROM pg_stat_activity WHERE pid = ANY ($1) AND state <> 'idle'", [
      pids,
    ])
    return rows.length === 0
  })
  return reads
}

async function refusedFills({ url }: ApiProcess, strategies: readonly StrategyName[]): Promise<number> {
  const metrics = await readMetrics(url)
  return strategies.reduce((sum, name) => sum + metrics.get(`posts_api_refused_fills_total{strategy="${name}"}`)!, 0)
}

async function tune({ url }: ApiProcess, strategy: StrategyName, change: Record<string, number>): Promise<void> {
  await send('PATCH', `${url}/api/strategies/${strategy}`, change)
}

async function invalidate({ url }: ApiProcess, strategy: StrategyName): Promise<void> {
  await send('POST', `${url}/api/cache/invalidate`, { strategy, keys: [postKey(SCRIPTED_ID)] })
}

async function send(method: string, url: string, body: unknown): Promise<void> {
  const headers = { 'Content-Type': 'application/json', Connection: 'close' }
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${url} was answered with ${answer.status}: ${text}`)
}
