/**
 * Clients that race reads against writes through several API processes, and record what they see. Where {@link recordClients}
 * reads and writes at random, these provoke what a cache gets wrong: a load under way while a write commits, and two writes
 * at once through two processes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { random } from 'workload'
import { type HttpClient, httpClient } from './http-client.ts'
import type { Operation } from './operation.ts'
import { postKey, readPost, writePost } from './post-client.ts'

export interface RacePlan {
  /** Of the API processes; the two writers of a post ask the first and the last one. */
  readonly urls: readonly string[]
  readonly strategy: string
  /** Their entries are dropped, by an admin call, just before or while they are written. */
  readonly racedIds: readonly number[]
  /** Only read and written: an entry of theirs lives as long as the strategy lets it. */
  readonly quietIds: readonly number[]
  readonly readersPerPost: number
  readonly durationMs: number
  /** Decides when in a race the writes come. */
  readonly seed: number
  /** Needed where the API was started with one. */
  readonly adminToken?: string
}

/** Time enough for old values to be seen before the next race ends them. */
const ROUND_MS = 1_000
const READ_PAUSE_MS = 15
/** The first writes of a quiet post come when its entry has been filled. */
const FILLED_AFTER_MS = 300
const TIMEOUT_MS = 10_000

/** @throws the signal's reason when it is stopped; Error when an entry can't be dropped */
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

/** Each time the writes come elsewhere: before, in or after the load that a dropped entry sets off. */
async function raceAgainAndAgain(race: Race, id: number, firstAfterMs: number): Promise<void> {
  const { seed, strategy, urls } = race.plan
  await pause(firstAfterMs, race)
  for (let round = 0; !race.ends.aborted; round++) {
    const writesAfterMs = 30 * random(seed, id, round)
    const drop = async () => {
      const url = new URL('/api/cache/invalidate', urls[0]!)
      const { status } = await race.http.send('POST', url, { strategy, keys: [postKey(id)] })
      // Without it nothing is raced, and nothing stale would prove nothing.
      if (status !== 200) throw new Error(`POST ${url} answered ${status === 0 ? 'nothing' : status}`)
    }
    const writes = async () => {
      await sleep(writesAfterMs)
      await writeTwice(race, id, `${seed} ${round}`)
    }
    if (round % 2 === 0) {
      // The writes overtake a load.
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

/** Two writes of one post at the same time, through two processes where there are two. */
async function writeTwice({ plan, http, operations }: Race, id: number, text: string): Promise<void> {
  const { urls, strategy } = plan
  const written = await Promise.all(
    [urls[0]!, urls.at(-1)!].map((url, writer) =>
      writePost(http, `writer ${id}.${writer}`, { url, strategy, id }, `Race ${text}, writer ${writer}`),
    ),
  )
  operations.push(...written)
}

async function read({ plan, http, operations }: Race, client: string, id: number, n: number): Promise<void> {
  const { urls, strategy } = plan
  operations.push(await readPost(http, client, { url: urls[n % urls.length]!, strategy, id }))
}

function pause(ms: number, { ends }: Race): Promise<void> {
  return sleep(ms, undefined, { signal: ends }).catch(() => {})
}
