import { newToken } from '../entry.ts'
import { CacheError, messageOf } from '../errors.ts'
import type { Appended, QueuedWrite, WriteAck } from '../ports/write-log.ts'
import { TrailingCoalescer } from '../resilience/trailing-coalescer.ts'
import type { QueuePlace } from './queue-place.ts'
import { QueuePreparation } from './queue-preparation.ts'
import { APPEND, QUEUED_KNOWN_MS, SETTLE } from './queue-scripts.ts'
import { DEADLINE_MS } from './redis-client.ts'
import type { RedisConnection } from './redis-connection.ts'

export interface AppendOptions {
  /** Per bucket. */
  readonly maxQueued: number
  readonly maxBytes: number
  readonly confirm: Exclude<WriteAck, 'database'>
  readonly confirmMs: number
  readonly highestStoredId: (() => Promise<string | undefined>) | undefined
}

/** How often the fate of a write without an answer is asked for, and how long apart, in milliseconds. */
const SETTLE_ATTEMPTS = 10
const SETTLE_AGAIN_MS = 100
/** Answers after which nothing was written: the script, or its first command that writes, was refused. */
const REFUSED = /^(?:OOM|READONLY|MISCONF|NOREPLICAS|MASTERDOWN|LOADING|CLUSTERDOWN) /

const NOT_QUEUED: Appended = { kind: 'refused' }

/** Queues writes. */
export class Append {
  readonly #connection: RedisConnection
  readonly #place: QueuePlace
  readonly #options: AppendOptions
  readonly #preparation: QueuePreparation
  readonly #confirmations = new TrailingCoalescer<boolean>()
  #hasWarned = false

  constructor(connection: RedisConnection, place: QueuePlace, options: AppendOptions) {
    this.#connection = connection
    this.#place = place
    this.#options = options
    this.#preparation = new QueuePreparation(connection, place, options.highestStoredId)
  }

  async append(key: string, write: QueuedWrite): Promise<Appended> {
    // JSON first: an unusable command must fail the write before anything is queued.
    const args = this.#argsOf(key, write)
    const writeId = newToken()
    for (let isNew = true; ; isNew = false) {
      if (!(await this.#preparation.isPrepared())) return NOT_QUEUED
      const answer = await this.#send(key, writeId, args)
      if (answer === 'unprepared' && isNew) {
        this.#preparation.forget() // the stream is gone
        continue
      }
      if (answer === 'changed') return { kind: 'changed' }
      if (typeof answer === 'string') return NOT_QUEUED
      return { kind: 'queued', id: answer.id, ack: await this.#confirmed() }
    }
  }

  end(): void {
    this.#preparation.end()
  }

  #argsOf(key: string, { basis, command, entry, expiresAt, tags }: QueuedWrite) {
    const proof = { entry: 'identity', pending: 'id', lease: 'token' } as const
    const shown = (basis as unknown as Record<string, Buffer | string>)[proof[basis.kind]]!
    const { maxQueued, maxBytes } = this.#options
    return [
      key,
      basis.kind,
      shown,
      JSON.stringify(command) ?? 'null',
      JSON.stringify(tags),
      entry,
      Math.floor(expiresAt),
      maxQueued,
      maxBytes,
    ]
  }

  /** @returns the id, or why nothing was queued */
  async #send(
    key: string,
    writeId: string,
    args: (string | number | Buffer)[],
  ): Promise<string | { readonly id: string }> {
    const { stream, pending, direct, fate } = this.#place.keysOf(key)
    const keys = [...this.#place.entryKeys(key), stream, pending, direct(key), fate(writeId)]
    const { now } = this.#connection.circuit.runtime
    const sentAt = now()
    try {
      const [what, id, refusal] = (await this.#place.run(APPEND, keys, args)) as Buffer[]
      if (id === undefined) return what!.toString()
      this.#place.told([refusal])
      return { id: id.toString() }
    } catch (error) {
      if (wasNeverSent(error) || REFUSED.test(messageOf(answerOf(error)))) return 'refused'
      return this.#settle(key, fate(writeId), sentAt, error)
    }
  }

  /**
   * The command may have arrived, or still arrive: Redis answers which. Asking also cancels a write that has not arrived.
   *
   * @throws CacheError `WRITE_UNKNOWN`
   */
  async #settle(key: string, fate: string, sentAt: number, cause: unknown): Promise<string | { readonly id: string }> {
    const { now, sleep } = this.#connection.circuit.runtime
    for (let attempt = 0; attempt < SETTLE_ATTEMPTS; attempt++) {
      if (attempt > 0) await sleep(SETTLE_AGAIN_MS)
      try {
        const answer = ((await this.#place.run(SETTLE, [fate], [])) as Buffer).toString()
        if (answer !== 'cancelled') return { id: answer }
        // This process may have been stopped for so long that Redis has forgotten it.
        if (now() - sentAt < QUEUED_KNOWN_MS) return answer
        break
      } catch {}
    }
    const message = `a write of "${key}" got no answer, so it may be queued: ${messageOf(cause)}`
    throw new CacheError('WRITE_UNKNOWN', message, { key, cause })
  }

  async #confirmed(): Promise<Exclude<WriteAck, 'database'>> {
    const { confirm } = this.#options
    if (confirm === 'memory') return confirm
    // One confirmation covers all writes sent before it.
    return (await this.#confirmations.get('', () => this.#confirm())) ? confirm : 'memory'
  }

  async #confirm(): Promise<boolean> {
    const { confirm, confirmMs } = this.#options
    const { client, circuit } = this.#connection
    try {
      const isConfirmed = await circuit.run(
        async () => {
          if (confirm === 'replicated') return Number(await client.wait!('WAIT', 1, confirmMs)) >= 1
          const [local] = (await client.wait!('WAITAOF', 1, 0, confirmMs)) as [number | string]
          return Number(local) >= 1
        },
        { name: 'WAIT', deadlineMs: confirmMs + DEADLINE_MS, isInOrder: true, isBlocking: true },
      )
      if (!isConfirmed) this.#warn(`not confirmed as ${confirm} within ${confirmMs} ms`)
      return isConfirmed
    } catch (error) {
      const why = /unknown command/i.test(messageOf(error))
        ? 'this Redis has no WAITAOF, which needs 7.2'
        : messageOf(error)
      this.#warn(`not confirmed as ${confirm}: ${why}`)
      return false
    }
  }

  #warn(what: string): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    const message = `a queued write was ${what}; such writes are acknowledged as memory: mend it, or set confirm to memory`
    this.#connection.warn({ code: 'QUEUE_UNSAFE', message })
  }
}

/** The server's own answer. The circuit wraps those that mean an outage. */
function answerOf(error: unknown): unknown {
  return error instanceof CacheError ? (error.cause ?? error) : error
}

/** The circuit was open. Once a command is sent, its failure has a cause. */
function wasNeverSent(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'STORE_UNAVAILABLE' && error.cause === undefined
}
