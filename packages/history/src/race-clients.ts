/**
 * Clients that race reads against writes through several API processes, and record what they see. {@link recordClients} reads and
 * writes at random; these clients provoke the races of a cache: a load under way while a write commits, and two concurrent writes
 * through two processes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { postKey } from 'posts-db/keys'
import { random } from 'workload'
import { type HttpClient, httpClient } from './http-client.ts'
import type { Operation } from './operation.ts'
import { readPost, writePost } from './post-client.ts'

export interface RacePlan {
  /** The API processes; the two writers of a post use the first and the last. */
  readonly urls: readonly string[]
  readonly strategy: string
  /** Posts whose entries are dropped by an admin call, just before or during a write. */
  readonly racedIds: readonly number[]
  /** Posts that are only read and written: the strategy alone decides when their entries end. */
  readonly quietIds: readonly number[]
  readonly readersPerPost: number
  readonly durationMs: number
  /** Decides when in a race the writes happen. */
  readonly seed: number
  /** Needed if the API was started with one. */
  readonly adminToken?: string
}

/** Long enough to observe stale values before the next race ends them. */
const ROUND_MS = 1_000
const READ_PAUSE_MS = 15
/** The first writes of a quiet post wait for its entry to be filled. */
const FILLED_AFTER_MS = 300
const TIMEOUT_MS = 10_000

/** @throws the signal's reason when stopped; Error if an entry can't be dropped */
export async function raceClients(plan: RacePlan, signal: AbortSignal): Promise<Operation[]> {
  const { racedIds, quietIds, readersPerPost, durationMs, adminToken } = plan
  const http = httpClient({ timeoutMs: TIMEOUT_MS, ...(adminToken !== undefined && { adminToken }) })
  const over = new AbortController()
  const ends = AbortSignal.any([signal, over.signal, AbortSignal.timeout(durationMs)])
  const race: Race = { plan, http, ends, operations: [] }
  try {
    await Promise.all([
      ...[...racedIds, ...quietIds].flatMap((id) =>
        Array.from({ length: readersPerPost }, (_, reader) => readAgainAndAgain(race, id, reader)),
      ),
      ...racedIds.map((id, at) => raceAgainAndAgain(race, id, (at * ROUND_MS) / racedIds.length)),
      ...quietIds.map((id) => writeAgainAndAgain(race, id)),
    ])
  } finally {
    over.abort()
    http.close()
  }
  signal.throwIfAborted()
  return race.operations
}

interface Race {
  readonly plan: RacePlan
  readonly http: HttpClient
  readonly ends: AbortSignal
  readonly operations: Operation[]
}

async function readAgainAndAgain(race: Race, id: number, reader: number): Promise<void> {
  for (let n = reader; !race.ends.aborted; n++) {
    await read(race, `reader ${id}.${reader}`, id, n)
    await pause(READ_PAUSE_MS, race)
  }
}

/** The writes happen at varying times: before, during or after the load that a dropped entry causes. */
async function raceAgainAndAgain(race: Race, id: number, firstAfterMs: number): Promise<void> {
  const { seed, strategy, urls } = race.plan
  await pause(firstAfterMs, race)
  for (let round = 0; !race.ends.aborted; round++) {
    const writesAfterMs = 30 * random(seed, id, round)
    const drop = async () => {
      const url = new URL('/api/cache/invalidate', urls[0]!)
      const { status } = await race.http.send('POST', url, { strategy, keys: [postKey(id)] })
      // Without the drop there is no race, and the absence of stale reads would prove nothing.
      if (status !== 200) throw new Error(`POST ${url} answered ${status === 0 ? 'nothing' : status}`)
    }
    const writes = async () => {
      await sleep(writesAfterMs)
      await writeTwice(race, id, `${seed} ${round}`)
    }
    if (round % 2 === 0) {
      // The writes happen during a load.
      await drop()
      await Promise.all([read(race, `racer ${id}`, id, round), writes()])
    } else {
      // The entry ends while the writes are under way.
      await Promise.all([writes(), sleep(writesAfterMs).then(drop)])
    }
    await pause(ROUND_MS, race)
  }
}

async function writeAgainAndAgain(race: Race, id: number): Promise<void> {
  await pause(FILLED_AFTER_MS, race)
  for (let round = 0; !race.ends.aborted; round++) {
    await writeTwice(race, id, `${race.plan.seed} ${round}`)
    await pause(1.5 * ROUND_MS, race)
  }
}

/** Two concurrent writes of one post, through two processes if there are two. Each writer then reads it through the other one. */
async function writeTwice({ plan, http, operations }: Race, id: number, text: string): Promise<void> {
  const { urls, strategy } = plan
  const ends = [urls[0]!, urls.at(-1)!]
  await Promise.all(
    ends.map(async (url, writer) => {
      const client = `writer ${id}.${writer}`
      operations.push(await writePost(http, client, { url, strategy, id }, `Race ${text}, writer ${writer}`))
      operations.push(await readPost(http, client, { url: ends[1 - writer]!, strategy, id }))
    }),
  )
}

async function read({ plan, http, operations }: Race, client: string, id: number, n: number): Promise<void> {
  const { urls, strategy } = plan
  operations.push(await readPost(http, client, { url: urls[n % urls.length]!, strategy, id }))
}

function pause(ms: number, { ends }: Race): Promise<void> {
  return sleep(ms, undefined, { signal: ends }).catch(() => {})
}
