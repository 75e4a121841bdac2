/** Clients that write posts behind, and the check of what they were told: no version twice, none skipped, none lost, none out of order. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestSystem } from './drill.ts'

/** One write, as its client saw it. */
export interface SeenWrite {
  readonly id: number
  readonly title: string
  /** Undefined: not acknowledged, so it may have happened or not. */
  readonly version: number | undefined
  /** `X-Write-Ack` of an acknowledged one. */
  readonly ack?: string | null
}

export interface PostWriters {
  /** Acknowledged writes so far. */
  acknowledged(): number
  /** Ends them, once their requests are answered. */
  stop(): Promise<SeenWrites>
}

export interface SeenWrites {
  /** Without those that were certainly refused. */
  readonly writes: readonly SeenWrite[]
  /** Reads that began after a write was acknowledged and returned an older version. */
  readonly oldReads: readonly string[]
  /** How often each acknowledgement was given. */
  readonly acks: ReadonlyMap<string, number>
  /** How often each status was answered instead. 0: no answer. */
  readonly failures: ReadonlyMap<number, number>
}

export interface PostWritersOptions {
  /** Of the API processes. Each write and the read after it go to different ones. */
  readonly urls: readonly string[]
  readonly ids: readonly number[]
  readonly clients: number
  readonly pauseMs?: number
}

const ANSWER_WITHIN_MS = 10_000
/** Problems after which nothing was written. */
const NOTHING_WRITTEN = /urn:problem:(?:queue|database)-away/

export function startPostWriters({ urls, ids, clients, pauseMs = 0 }: PostWritersOptions): PostWriters {
  const writes: SeenWrite[] = []
  const oldReads: string[] = []
  const acks = new Map<string, number>()
  const failures = new Map<number, number>()
  let isEnding = false
  let acknowledged = 0
  const add = <K>(to: Map<K, number>, key: K) => to.set(key, (to.get(key) ?? 0) + 1)
  const at = (n: number, id: number) => `${urls[n % urls.length]}/api/posts/${id}?strategy=write-behind`

  async function write(client: number, n: number): Promise<void> {
    // Different strides, so that all pairs of clients meet at all posts.
    const id = ids[(n * (client + 1) + client) % ids.length]!
    const title = `Client ${client}, write ${n}`
    const answer = await asked(at(n + client, id), { method: 'PATCH', body: JSON.stringify({ title }) })
    if (answer.status !== 200) {
      add(failures, answer.status)
      if (answer.isRefused || NOTHING_WRITTEN.test(answer.body)) return
      writes.push({ id, title, version: undefined })
      return
    }
    const { version } = JSON.parse(answer.body) as { version: number }
    writes.push({ id, title, version, ack: answer.ack! })
    add(acks, answer.ack!)
    acknowledged++
    const read = await asked(at(n + client + 1, id), {})
    if (read.status !== 200) return
    const seen = JSON.parse(read.body) as { version: number }
    if (seen.version < version) oldReads.push(`post ${id}: version ${seen.version} after ${version} was acknowledged`)
  }

  const running = Array.from({ length: clients }, async (_, client) => {
    for (let n = 0; !isEnding; n++) {
      await write(client, n)
      if (pauseMs > 0) await sleep(pauseMs)
    }
  })
  return {
    acknowledged: () => acknowledged,
    async stop() {
      isEnding = true
      await Promise.all(running)
      return { writes, oldReads, acks, failures }
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly ack?: string | null
  /** No process listened, so nothing was sent. */
  readonly isRefused?: boolean
}

async function asked(url: string, init: RequestInit): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json' }
  try {
    const answer = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    return { status: answer.status, body: await answer.text(), ack: answer.headers.get('X-Write-Ack') }
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    return {
      status: 0,
      body: '',
      isRefused: cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED',
    }
  }
}

export interface StoredPost {
  readonly version: number
  readonly title: string
}

/** Reads the posts of write-behind in the database. */
export async function storedPosts({ database }: Pick<TestSystem, 'database'>): Promise<(id: number) => StoredPost> {
  const { rows } = await database.query('SELECT id, version, title FROM write_behind.posts')
  const stored = new Map<number, StoredPost>(rows.map((row) => [row.id, row]))
  return (id) => stored.get(id)!
}

/** Resolves once the queue is empty. @throws after `withinMs` */
export async function untilStored(url: string, withinMs: number): Promise<void> {
  const giveUpAt = performance.now() + withinMs
  for (;;) {
    const answer = await asked(`${url}/api/stats`, {})
    const queue = answer.status === 200 ? JSON.parse(answer.body).strategies['write-behind'].queue : undefined
    if (queue?.depth === 0) return
    if (performance.now() > giveUpAt) {
      throw new Error(`the queue was not stored within ${withinMs} ms: ${JSON.stringify(queue)}`)
    }
    await sleep(50)
  }
}

/**
 * Checks posts that only these clients wrote.
 *
 * @param stored a post in the database, once the queue is empty
 * @param from the version of each post before these writes. Default 1
 */
export async function wrongWrites(
  { writes, oldReads }: SeenWrites,
  stored: (id: number) => Promise<StoredPost>,
  from: (id: number) => number = () => 1,
): Promise<string[]> {
  const problems: string[] = [...oldReads]
  for (const [id, ofPost] of Map.groupBy(writes, (write) => write.id)) {
    const known = ofPost.filter(({ version }) => version !== undefined).sort((a, b) => a.version! - b.version!)
    const unknown = ofPost.filter(({ version }) => version === undefined)
    const versions = new Set(known.map(({ version }) => version))
    if (versions.size < known.length)
      problems.push(`post ${id}: ${known.length - versions.size} versions were given twice`)
    const last = known.at(-1)?.version ?? from(id)
    // Each version between that no client was told belongs to a write without an answer.
    const skipped = last - from(id) - versions.size
    if (skipped > unknown.length) problems.push(`post ${id}: ${skipped - unknown.length} versions were skipped`)
    const { version, title } = await stored(id)
    const isLast = version === last && (known.length === 0 || title === known.at(-1)!.title)
    const isWithoutAnswer = version > last && unknown.some((write) => write.title === title)
    if (!isLast && !isWithoutAnswer) {
      problems.push(`post ${id}: the database has version ${version}, "${title}"; the last acknowledged one is ${last}`)
    }
  }
  return problems
}

/** Reports what `wrongWrites` finds in the posts that `storedPosts` has read. */
export async function reportWrong(
  { problem }: Pick<TestSystem, 'problem'>,
  seen: SeenWrites,
  stored: (id: number) => StoredPost,
  from?: (id: number) => number,
): Promise<void> {
  for (const wrong of await wrongWrites(seen, async (id) => stored(id), from)) problem(wrong)
}

/** In words. */
export function countsOf({ writes, acks, failures }: SeenWrites): string {
  const count = (of: ReadonlyMap<unknown, number>) => [...of].map(([what, n]) => `${what} ${n}`).join(', ') || 'none'
  return `${writes.length} writes: ${count(acks)}; without an acknowledgement: ${count(failures)}`
}
