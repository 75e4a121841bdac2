import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { StrategyName } from 'strategies'
import type { Drill, TestSystem } from '../drill.ts'
import { QUIET_ID } from '../load.ts'
import { readSteadily, type SteadyRead } from '../steady-reads.ts'

const BEFORE_MS = 2_000
const AWAY_MS = 20_000
const TTL_MS = 1_000
const STALE_MS = 8_000
/** A busy machine answers late, and takes a while to cut the database off; until then loads fail already. */
const LATE_MS = 1_000

export const postgresAway: Drill = {
  name: 'postgres-away',
  fault: `Postgres refuses connections for ${AWAY_MS} ms, with a TTL of ${TTL_MS} ms and a staleMs of ${STALE_MS} ms`,
  holds:
    'stale-while-revalidate serves STALE for staleMs; stampede-lock serves until the TTL ends; other reads get 503',
  strategies: ['stale-while-revalidate', 'stampede-lock'],
  apis: () => Array.from({ length: 2 }, () => ({ CACHE_TTL_MS: String(TTL_MS), STALE_MS: String(STALE_MS) })),
  allows: { failures: [503] },
  async inject(system) {
    const reads = ({ apis }: TestSystem, strategy: StrategyName, work: () => Promise<void>) => {
      const addresses = apis.map(({ url }) => `${url}/api/posts/${QUIET_ID}?strategy=${strategy}`)
      return readSteadily(addresses, 50, work)
    }
    let awayFrom = 0
    let stale: SteadyRead[] = []
    // Reads start before the fault, so that there are entries to serve.
    const locked = await reads(system, 'stampede-lock', async () => {
      stale = await reads(system, 'stale-while-revalidate', async () => {
        await sleep(BEFORE_MS)
        await setAway(system, true)
        awayFrom = performance.now()
        await sleep(AWAY_MS)
      }).finally(() => setAway(system, false))
    })
    const during = (all: readonly SteadyRead[]) =>
      all.filter(({ startedAt }) => startedAt >= awayFrom && startedAt < awayFrom + AWAY_MS - LATE_MS)
    expectServed(system, 'stale-while-revalidate', during(stale), STALE_MS)
    expectServed(system, 'stampede-lock', during(locked), 0)
  },
}

/** Checks that the post is served until `staleMs` after its TTL. Counted from the fault, that depends on the time of its last load. */
function expectServed(
  { note, problem }: TestSystem,
  strategy: string,
  reads: readonly SteadyRead[],
  staleMs: number,
): void {
  const [first] = reads
  const at = ({ startedAt }: SteadyRead) => startedAt - first!.startedAt
  const served = reads.filter(({ status }) => status === 200)
  const refused = reads.filter(({ status }) => status === 503)
  const lastServedMs = Math.max(0, ...served.map(at))
  const firstRefusedMs = Math.min(AWAY_MS, ...refused.map(at))
  const counts = countsOf(reads)
  note(
    `${strategy}: ${counts}; served until ${lastServedMs.toFixed(0)} ms, 503 from ${firstRefusedMs.toFixed(0)} ms on`,
  )
  // Without a staleMs the TTL may end while the fault is still being injected.
  const isServed = served.length > 0 || staleMs === 0
  if (served.length + refused.length < reads.length || !isServed || refused.length === 0)
    problem(`${strategy}: the reads of a post that is never written were ${counts}`)
  const staleUntilMs = Math.max(0, staleMs - LATE_MS)
  if (firstRefusedMs < staleUntilMs)
    problem(`${strategy}: 503 after ${firstRefusedMs.toFixed(0)} ms, within its staleMs`)
  if (lastServedMs > TTL_MS + staleMs + LATE_MS)
    problem(`${strategy}: served after ${lastServedMs.toFixed(0)} ms, beyond its TTL and staleMs`)
  const hits = served.filter((read) => read.cache !== 'STALE' && at(read) > TTL_MS + LATE_MS)
  if (hits.length > 0) problem(`${strategy}: ${hits.length} reads after the TTL were ${hits[0]!.cache}, not STALE`)
}

function countsOf(reads: readonly SteadyRead[]): string {
  const counts = new Map<string, number>()
  for (const { cache, status } of reads) {
    const answer = status === 200 ? cache! : String(status)
    counts.set(answer, (counts.get(answer) ?? 0) + 1)
  }
  return [...counts].map(([answer, count]) => `${answer} ${count}`).join(', ')
}

/** Keeps the drill's own connections. */
async function setAway({ database, postgres }: TestSystem, isAway: boolean): Promise<void> {
  const { rows } = await database.query('SELECT current_database() AS name')
  // Through another database: a connection to this one can't close it to new connections.
  const admin = new pg.Client({ connectionString: postgres.url, connectionTimeoutMillis: 5_000 })
  await admin.connect()
  try {
    await admin.query(`ALTER DATABASE ${rows[0].name} ALLOW_CONNECTIONS ${!isAway}`)
    if (!isAway) return
    const others = "datname = $1 AND application_name <> 'drill'"
    await admin.query(`SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE ${others}`, [rows[0].name])
  } finally {
    await admin.end()
  }
}
