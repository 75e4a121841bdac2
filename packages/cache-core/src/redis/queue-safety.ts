import type { WarningListener } from '../warning.ts'
import type { RedisClient } from './redis-client.ts'

/** How long the server's settings are believed, in milliseconds. */
const BELIEVED_MS = 10_000

/**
 * Whether the server keeps queued writes until they are removed, and knows for some seconds which it has queued. Under an `allkeys-*`
 * policy it may evict the queue itself; under `volatile-*`, except `volatile-lru`, the fate of a write without an answer, which would then
 * be written twice. So then, and where the policy can't be known, nothing is queued.
 */
export class QueueSafety {
  readonly #client: RedisClient
  readonly #now: () => number
  readonly #warn: WarningListener
  #checked: { readonly answer: Promise<boolean>; readonly at: number } | undefined
  #said: string | undefined

  constructor(client: RedisClient, now: () => number, warn: WarningListener) {
    this.#client = client
    this.#now = now
    this.#warn = warn
  }

  /** @throws CacheError `STORE_UNAVAILABLE` */
  isSafe(): Promise<boolean> {
    const now = this.#now()
    if (this.#checked === undefined || now - this.#checked.at >= BELIEVED_MS) {
      const answer = this.#check()
      this.#checked = { answer, at: now }
      answer.catch(() => this.forget())
    }
    return this.#checked.answer
  }

  /** The settings may have changed: the connection may lead to another server. */
  forget(): void {
    this.#checked = undefined
  }

  async #check(): Promise<boolean> {
    const unsafe = await this.#reason()
    if (unsafe !== undefined && unsafe !== this.#said) {
      const message = `${unsafe}, so each write waits for the database; give the queue a Redis with maxmemory-policy noeviction or volatile-lru`
      this.#warn({ code: 'QUEUE_UNSAFE', message })
    }
    this.#said = unsafe
    return unsafe === undefined
  }

  async #reason(): Promise<string | undefined> {
    let infos: readonly string[]
    try {
      infos = await this.#client.info('memory')
    } catch (error) {
      if (!this.#client.isRefusal(error)) throw error
      return "the queue's Redis does not tell its maxmemory-policy (allow this user +info)"
    }
    for (const info of infos) {
      const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1]
      if (policy === undefined) return "the queue's Redis does not tell its maxmemory-policy"
      if (policy.startsWith('allkeys'))
        return `the queue's Redis may evict queued writes, with maxmemory-policy ${policy}`
      // The fate of a write has a short TTL, and is read once at most: only under volatile-lru is it among the last to be evicted.
      if (policy !== 'noeviction' && policy !== 'volatile-lru')
        return `the queue's Redis may forget that it has queued a write, with maxmemory-policy ${policy}`
    }
    return undefined
  }
}
