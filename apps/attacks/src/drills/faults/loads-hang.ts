import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiProcess } from 'local-servers'
import { schemaName } from 'posts-db'
import type { Drill, TestSystem } from '../drill.ts'
import { untilReadyzSays } from '../readiness.ts'
import { quietPosts, readOnce, readSteadily, type SteadyRead } from '../steady-reads.ts'
import { until } from '../until.ts'

/** The limit of concurrent loads while the cache is bypassed. */
const LOADS = 32
/** Not under load: no client waits for a hanging load. */
const STRATEGY = 'cache-aside'
/** A load gives up its place among the 32 after 1 s. */
const OTHERS_WITHIN_MS = 2_000
const STATEMENT_TIMEOUT_MS = 500
/** The pool has 20 connections, so the 32 loads hang in two batches. */
const ENDED_WITHIN_MS = 2 * STATEMENT_TIMEOUT_MS + 1_000
const HITS_FOR_MS = 1_000
/** A busy machine may miss a deadline. */
const HIT_SHARE = 0.95
/** Ids of existing posts. `idsFrom` also gives ids of missing ones. */
const OTHERS = Array.from({ length: 8 }, (_, i) => 1 + i)
const idsFrom = (first: number) => Array.from({ length: LOADS }, (_, i) => first + i)

export const loadsHang: Drill = {
  name: 'loads-hang',
  fault: `${LOADS} loads of an API process never end, with Redis available, then with Redis unavailable; the database ends ${LOADS} more by statement_timeout (${STATEMENT_TIMEOUT_MS} ms)`,
  holds: `hits continue; with Redis unavailable, reads of all other posts are answered within ${OTHERS_WITHIN_MS} ms; an ended statement gets 503`,
  apis: () => [
    {
      NODE_OPTIONS: `--import=${new URL('../hang-loads-on-signal.ts', import.meta.url)}`,
      HANGING_LOADS: String(LOADS),
      ORIGIN_DELAY_MS: '7',
    },
    {},
  ],
  // Only this drill uses the process whose loads hang.
  loaded: (apis) => apis.slice(1),
  databaseParameters: `statement_timeout=${STATEMENT_TIMEOUT_MS}`,
  allows: { staleFrom: 'mending' },
  async inject(system) {
    const { apis, redis, mend } = system
    const api = apis[0] as ApiProcess
    const givenUp = new AbortController()
    const hang = (firstId: number) => hangLoads(api, firstId, givenUp.signal)
    await system.untilHits()
    try {
      await hang(2_000)
      await expectHits(system, api)
      redis.server.process.kill('SIGSTOP')
      try {
        await untilReadyzSays([api], 'degraded')
        await expectEndedByTimeout(system, api)
        await hang(3_000)
        await expectOthersAnswered(system, posts(api, OTHERS), `${LOADS} loads that never end`)
      } finally {
        await mend(() => redis.server.process.kill('SIGCONT'))
      }
    } finally {
      givenUp.abort()
    }
  },
}

function posts({ url }: ApiProcess, ids: readonly number[]): string[] {
  return ids.map((id) => `${url}/api/posts/${id}?strategy=${STRATEGY}`)
}

/** Resolves when `LOADS` loads hang. They are of posts that don't exist. */
async function hangLoads(api: ApiProcess, firstId: number, signal: AbortSignal): Promise<void> {
  const printed = (line: string) => api.output().split(line).length
  const before = { willHang: printed('loads will hang\n'), hang: printed('\nloads hang\n') }
  process.kill(api.pid, 'SIGURG')
  await until('the next loads will hang', 2_000, () => printed('loads will hang\n') > before.willHang)
  for (const address of posts(api, idsFrom(firstId))) void readOnce(address, signal)
  await until(`${LOADS} loads hang`, 5_000, () => printed('\nloads hang\n') > before.hang)
}

async function expectHits({ strategies, note, problem }: TestSystem, api: ApiProcess): Promise<void> {
  const addresses = quietPosts([api], strategies)
  const reads = await readSteadily(addresses, 10, () => sleep(HITS_FOR_MS))
  const hits = reads.filter(({ cache }) => cache === 'HIT').length
  note(`with Redis up: ${hits} of ${reads.length} reads were hits`)
  if (!(hits >= HIT_SHARE * reads.length))
    problem(`with Redis up and ${LOADS} loads hanging, ${hits} of ${reads.length} reads were hits`)
}

/** The database ends statements that wait for a lock, so that other reads get a connection. */
async function expectEndedByTimeout(system: TestSystem, api: ApiProcess): Promise<void> {
  const { database, strategies, note, problem } = system
  await database.query('BEGIN')
  await database.query(`LOCK TABLE ${schemaName(STRATEGY)}.posts IN ACCESS EXCLUSIVE MODE`)
  try {
    const hanging = posts(api, idsFrom(1)).map((address) => readOnce(address))
    await expectOthersAnswered(system, quietPosts([api], strategies), `${LOADS} statements waiting for a lock`)
    const ended = await Promise.all(hanging)
    const longestMs = Math.max(...ended.map(({ ms }) => ms))
    note(`the ${LOADS} statements ended after ${longestMs.toFixed(0)} ms at most, with ${statusesOf(ended)}`)
    if (longestMs > ENDED_WITHIN_MS || ended.some(({ status }) => status !== 503))
      problem(`statements waiting for a lock ended after ${longestMs.toFixed(0)} ms, with ${statusesOf(ended)}`)
  } finally {
    await database.query('COMMIT')
  }
}

async function expectOthersAnswered({ note, problem }: TestSystem, addresses: string[], beside: string): Promise<void> {
  const reads = await Promise.all(addresses.map((address) => readOnce(address, AbortSignal.timeout(OTHERS_WITHIN_MS))))
  const answered = reads.filter(({ status }) => status === 200)
  const longestMs = Math.max(...reads.map(({ ms }) => ms))
  const inWords = `beside ${beside}, ${answered.length} of ${reads.length} other reads were answered within ${longestMs.toFixed(0)} ms`
  note(inWords)
  if (answered.length < reads.length) problem(inWords)
}

function statusesOf(reads: readonly SteadyRead[]): string {
  return [...new Set(reads.map(({ status }) => status))].join(', ')
}
