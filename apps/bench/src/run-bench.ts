import { loadavg } from 'node:os'
import { Redis } from 'ioredis'
import { type PrivateRedis, startRedis } from 'local-servers'
import { commit, machine, versionOf } from './environment.ts'
import { libraries } from './libraries/index.ts'
import type { LibraryName } from './libraries/names.ts'
import { type Bed, measureGroup } from './measure/measure-group.ts'
import type { Rounds } from './measure/run-group.ts'
import { type Proof, prove } from './prove.ts'
import type { Bench, Group } from './results.ts'
import { type RowName, rows } from './rows.ts'
import type { SizeName } from './sizes.ts'

/** Holds the large values of all libraries. Nothing is evicted: an evicted value would be a miss. */
const REDIS_ARGS = ['--maxmemory', '3gb', '--maxmemory-policy', 'noeviction']

export interface BenchOptions extends Rounds {
  readonly seed: number
  readonly rows: readonly RowName[]
  readonly sizes: readonly SizeName[]
  readonly libraries: readonly LibraryName[]
}

/** A Redis of the bench's own, for as long as `work` runs. */
export async function withBed<T>(
  options: Rounds & { readonly seed: number },
  work: (bed: Bed, server: PrivateRedis) => Promise<T>,
): Promise<T> {
  const server = await startRedis({ args: REDIS_ARGS })
  const redis = new Redis(server.url)
  // Ended by a signal, Node runs no exit listener: the server would stay.
  const stop = () => process.exit(130)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  try {
    const { rounds, windowMs, seed } = options
    return await work({ rounds, windowMs, seed, redis, redisUrl: server.url }, server)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    redis.disconnect()
    await server.stop()
  }
}

/** Each library is proved first, so that no time is spent on a wrong one. */
export async function proveAll(names: readonly LibraryName[], { redis, redisUrl }: Bed): Promise<Map<string, Proof[]>> {
  const proofs = new Map<string, Proof[]>()
  for (const name of names) proofs.set(name, await prove(name, redisUrl))
  await redis.flushdb()
  return proofs
}

export async function runBench(
  options: BenchOptions,
  bed: Bed,
  server: PrivateRedis,
  onGroup: (group: Group) => void,
): Promise<Bench> {
  const { rounds, windowMs, seed } = options
  const loadBefore = oneMinuteLoad()
  const proofs = await proveAll(options.libraries, bed)
  const groups: Group[] = []
  const problems: string[] = []
  for (const row of options.rows) {
    for (const size of rows[row].sizes) {
      if (!options.sizes.includes(size)) continue
      const measured = await measureGroup(row, size, options.libraries, bed)
      onGroup(measured.group)
      groups.push(measured.group)
      problems.push(...measured.problems)
    }
  }
  return {
    schemaVersion: 1,
    kind: 'bench',
    date: new Date().toISOString(),
    ...commit(),
    machine: { ...machine(server), loadAverage: [loadBefore, oneMinuteLoad()] },
    options: { rounds, windowMs, seed },
    libraries: options.libraries.map((name) => {
      const { title, package: npm, form } = libraries[name]
      const proved = Object.fromEntries((proofs.get(name) ?? []).map(({ use, held }) => [use, [...held]]))
      return { name, title, package: npm, version: versionOf(name), form, proved }
    }),
    groups,
    problems,
  }
}

const oneMinuteLoad = () => Number(loadavg()[0]!.toFixed(2))
