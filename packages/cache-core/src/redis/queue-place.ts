import type { Arg } from './redis-client.ts'
import type { RedisConnection } from './redis-connection.ts'
import { bucketOf, type QueueKeys, queueKeys, redisKeys } from './redis-keys.ts'
import { runScript } from './run-script.ts'
import type { Script } from './scripts.ts'

/** Where a queue is: its names in Redis, and its scripts' way there. */
export class QueuePlace {
  readonly buckets: number
  readonly #connection: RedisConnection
  readonly #prefix: string
  readonly #names: readonly QueueKeys[]

  constructor(connection: RedisConnection, prefix: string, buckets: number) {
    this.#connection = connection
    this.#prefix = prefix
    this.buckets = buckets
    this.#names = Array.from({ length: buckets }, (_, bucket) => queueKeys(prefix, bucket))
  }

  get all(): readonly QueueKeys[] {
    return this.#names
  }

  keys(bucket: number): QueueKeys {
    return this.#names[bucket]!
  }

  keysOf(key: string): QueueKeys {
    return this.keys(bucketOf(key, this.buckets))
  }

  /** Entry, lease and mark. */
  entryKeys(key: string): readonly string[] {
    const names = redisKeys(this.#prefix, this.buckets)
    return [names.entry(key), names.lease(key), names.mark(key)]
  }

  run(script: Script, keys: readonly string[], args: readonly Arg[]): Promise<unknown> {
    return runScript(this.#connection.client, script, keys, args)
  }

  /** A script has ended a lease, and answers why it could not tell those who wait. */
  told(answer: unknown): void {
    const refusal = Array.isArray(answer) ? (answer.at(-1) as Buffer) : undefined
    if (refusal !== undefined && refusal.length > 0) this.#connection.leaseMessages.published(refusal.toString())
  }
}

/** When the write with this id was queued, by the server's clock. */
export function idMs(id: string): number {
  return Number(id.split('-', 1)[0])
}
