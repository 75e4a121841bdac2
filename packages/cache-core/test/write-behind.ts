/** Processes that write behind one private Redis, over a model of a database table: a row per key, with the id of its last write. */
import { Redis } from 'ioredis'
import { type PrivateRedis, startRedis } from 'local-servers'
import {
  type Cache,
  type CacheWarning,
  type Change,
  cacheAside,
  createCache,
  createFlusher,
  type FlushedWrite,
  type Flusher,
  type FlusherOptions,
  invalidate,
  type ReadStrategy,
  type WriteLog,
  type WriteStrategy,
  writeBehind,
} from '../src/index.ts'
import {
  type RedisWriteLog,
  redisOptions,
  redisStore,
  redisWriteLog,
  type WriteLogOptions,
} from '../src/redis/index.ts'

export interface Row {
  readonly version: number
  readonly text: string
}

export interface Outcome {
  readonly row: Row | undefined
}

interface Stored {
  readonly row: Row
  readonly storedId: string
}

/** The database: `apply` is one transaction, guarded as the library asks for. */
export class Table {
  readonly rows = new Map<string, Stored>()
  /** Every change that took effect, in order. */
  readonly history: { readonly key: string; readonly id: string; readonly row: Row | undefined }[] = []
  loads = 0
  isDown = false
  applies = 0
  /** Called within `apply`, before its commit. */
  refuse: (write: FlushedWrite) => boolean = () => false

  insert(key: string, text = 'new'): void {
    this.rows.set(key, { row: { version: 1, text }, storedId: '0-0' })
  }

  readonly load = async (key: string): Promise<Row | undefined> => {
    this.#check()
    this.loads++
    return this.rows.get(key)?.row
  }

  /** A direct write. */
  update(key: string, text: string): Row | undefined {
    this.#check()
    const stored = this.rows.get(key)
    if (stored === undefined) return undefined
    const row = { version: stored.row.version + 1, text }
    this.rows.set(key, { ...stored, row })
    return row
  }

  readonly apply = async (writes: readonly FlushedWrite[]): Promise<void> => {
    this.applies++
    this.#check()
    for (const write of writes) if (this.refuse(write)) throw new Error(`${write.key} breaks a rule`)
    for (const { key, id, command } of writes) {
      const { row } = command as { row: Row | null }
      const stored = this.rows.get(key)
      if (stored === undefined || !isLess(stored.storedId, id)) continue
      if (row === null) this.rows.delete(key)
      else this.rows.set(key, { row, storedId: id })
      this.history.push({ key, id, row: row ?? undefined })
    }
  }

  #check(): void {
    if (this.isDown) throw new Error('the database is down')
  }
}

export function isLess(a: string, b: string): boolean {
  const [aMs, aSeq] = a.split('-').map(Number) as [number, number]
  const [bMs, bSeq] = b.split('-').map(Number) as [number, number]
  return aMs < bMs || (aMs === bMs && aSeq < bSeq)
}

/** Renames a row: what `commit` does, foreseen. */
export function rename(table: Table, key: string, text: string): Change<Row, Outcome> {
  return {
    keys: [key],
    tags: ['rows'],
    value: ({ row }) => row,
    changed: ({ row }) => row !== undefined,
    deferred: {
      load: () => table.load(key),
      foresee(before) {
        if (before === undefined) return { result: { row: undefined }, value: undefined, command: null }
        const row = { version: before.version + 1, text }
        return { result: { row }, value: row, command: { row } }
      },
    },
  }
}

export function remove(table: Table, key: string): Change<Row, { readonly found: boolean }> {
  return {
    keys: [key],
    tags: ['rows'],
    changed: ({ found }) => found,
    deferred: {
      load: () => table.load(key),
      foresee: (before) => ({ result: { found: before !== undefined }, value: undefined, command: { row: null } }),
    },
  }
}

export interface Process {
  readonly client: Redis
  readonly log: RedisWriteLog
  readonly cache: Cache<Row>
  rename(key: string, text: string): Promise<{ readonly row: Row | undefined; readonly ack: string }>
  remove(key: string): Promise<boolean>
  read(key: string): Promise<Row | undefined>
  list(): Promise<readonly string[]>
  flusher(options?: Partial<FlusherOptions>): Flusher
}

export class Place {
  readonly table = new Table()
  readonly warnings: CacheWarning[] = []
  readonly #ends: (() => unknown)[] = []
  readonly server: PrivateRedis
  readonly admin: Redis

  private constructor(server: PrivateRedis) {
    this.server = server
    this.admin = new Redis(server.url, redisOptions)
    this.admin.on('error', () => {})
    this.#ends.push(() => this.admin.disconnect())
  }

  static async open(args: readonly string[] = []): Promise<Place> {
    const server = await startRedis({ args: [...args] })
    const place = new Place(server)
    await new Promise((resolve) => place.admin.once('ready', resolve))
    return place
  }

  async process(
    options: Partial<WriteLogOptions> & {
      url?: string
      read?: ReadStrategy
      otherwise?: WriteStrategy
      wrap?: (log: WriteLog) => WriteLog
    } = {},
  ): Promise<Process> {
    const {
      url = this.server.url,
      read = cacheAside(),
      otherwise = invalidate(),
      wrap = (log) => log,
      ...logOptions
    } = options
    const client = new Redis(url, redisOptions)
    client.on('error', () => {})
    await new Promise((resolve) => client.once('ready', resolve))
    const onWarning = (warning: CacheWarning) => void this.warnings.push(warning)
    const log = redisWriteLog({ client, prefix: 'c:', buckets: 4, onWarning, ...logOptions })
    const store = redisStore({ client, prefix: 'c:', writeLog: log, onWarning })
    const { table } = this
    const used = wrap(log)
    const cache = createCache<Row>({ store, read, write: writeBehind({ log: used, otherwise }) })
    const lists = createCache<string[]>({ store, read, write: invalidate() })
    this.#ends.unshift(async () => {
      await cache.close()
      await store.close()
      log.close()
      client.disconnect()
    })
    return {
      client,
      log,
      cache,
      async rename(key, text) {
        const { result, ack } = await cache.write(rename(table, key, text), async () => ({
          row: table.update(key, text),
        }))
        return { row: result.row, ack }
      },
      async remove(key) {
        const { result } = await cache.write(remove(table, key), async () => ({ found: table.rows.delete(key) }))
        return result.found
      },
      read: async (key) => (await cache.read(key, () => table.load(key))).value,
      async list() {
        const all = async () => [...table.rows].map(([key, { row }]) => `${key} ${row.text}`)
        return (await lists.read('rows', all, { tags: ['rows'] })).value ?? []
      },
      flusher: (flusherOptions) => {
        const flusher = createFlusher({ log: used, store, apply: table.apply, pollMs: 5, ...flusherOptions })
        this.#ends.unshift(() => flusher.close(0))
        return flusher
      },
    }
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end()
    await this.server.stop()
  }
}
