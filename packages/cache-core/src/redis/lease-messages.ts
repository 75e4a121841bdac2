import { type Runtime, within } from '../ports/runtime.ts'
import { LeaseChannel } from './lease-channel.ts'
import { DEADLINE_MS, type MessageConnection, type RedisClient } from './redis-client.ts'
import type { Refusals } from './refusals.ts'

/** The longest that connecting may take, in milliseconds. */
const CONNECT_MS = 2_000
/** After a failure, nothing is tried for this long, in milliseconds. */
const PAUSE_MS = 1_000
/** The same for a channel that the user may not subscribe to. */
const REFUSED_PAUSE_MS = 60_000

/** A connection, from the attempt to open it. */
interface Opened {
  readonly connection: Promise<MessageConnection>
  /** Closes it. */
  readonly end: AbortController
}

/**
 * Tells readers in this process when leases end, by messages over a connection of its own, which all stores on one client share. It is
 * opened when a reader first waits, and after it has ended, when the next one does. Its failures only make readers ask more often.
 */
export class LeaseMessages {
  readonly #client: Pick<RedisClient, 'isRefusal' | 'listen'>
  readonly #runtime: Runtime
  readonly #refusals: Refusals
  readonly #channels = new Map<string, LeaseChannel>()
  readonly #joining = new Set<LeaseChannel>()
  #current: Opened | undefined
  #notBefore = Number.NEGATIVE_INFINITY
  #isEnded = false

  constructor(client: Pick<RedisClient, 'isRefusal' | 'listen'>, runtime: Runtime, refusals: Refusals) {
    this.#client = client
    this.#runtime = runtime
    this.#refusals = refusals
  }

  /** The messages about the leases under one prefix. `undefined`: the client can't receive any. */
  channel(prefix: string): LeaseChannel | undefined {
    if (this.#client.listen === undefined) return undefined
    const name = `${prefix}w:` // as in the scripts: a mark's key without its slot
    const known = this.#channels.get(name)
    if (known !== undefined) return known
    const channel: LeaseChannel = new LeaseChannel(name, {
      waitedFor: () => void this.#join(channel),
      missed: () => void this.#check(),
    })
    this.#channels.set(name, channel)
    return channel
  }

  /** @param refusal why the script of this process could not tell those who wait. Empty: it could */
  published(refusal: string): void {
    if (refusal === '') this.#refusals.accepted('PUBLISH')
    else this.#refusals.note('PUBLISH', new Error(refusal))
  }

  /** The client's connection is new, and may lead to another server, while this one may still lead to the old one. */
  renew(): void {
    this.#notBefore = Number.NEGATIVE_INFINITY
    this.#drop(this.#current)
  }

  end(): void {
    this.#isEnded = true
    this.#drop(this.#current)
  }

  /** Readers don't wait for this. */
  async #join(channel: LeaseChannel): Promise<void> {
    const now = this.#runtime.now()
    if (channel.isLive || this.#isEnded || this.#joining.has(channel)) return
    if (now < this.#notBefore || now < channel.refusedUntil) return
    this.#joining.add(channel)
    this.#current ??= this.#open()
    const opened = this.#current
    try {
      const connection = await opened.connection
      await within(connection.subscribe(channel.name), DEADLINE_MS, this.#runtime)
      channel.isLive = opened === this.#current
      this.#refusals.accepted('SUBSCRIBE')
    } catch (error) {
      if (this.#client.isRefusal(error)) {
        this.#refusals.note('SUBSCRIBE', error)
        channel.refusedUntil = this.#runtime.now() + REFUSED_PAUSE_MS
        if (![...this.#channels.values()].some(({ isLive }) => isLive)) this.#drop(opened)
      } else {
        this.#notBefore = this.#runtime.now() + PAUSE_MS
        this.#drop(opened)
      }
    } finally {
      this.#joining.delete(channel)
    }
  }

  #open(): Opened {
    const end = new AbortController()
    const opening = this.#client.listen!({
      onMessage: (name, key) => this.#channels.get(name)?.heard(key),
      signal: end.signal,
      onEnd: () => this.#drop(opened),
    })
    const opened = { connection: within(opening, CONNECT_MS, this.#runtime), end }
    return opened
  }

  /** A message was missed. If the connection is silent, the next reader that waits opens another. */
  async #check(): Promise<void> {
    const opened = this.#current
    try {
      const connection = await opened?.connection
      if (connection !== undefined) await within(connection.ping(), DEADLINE_MS, this.#runtime)
    } catch (error) {
      if (!this.#client.isRefusal(error)) this.#drop(opened)
    }
  }

  #drop(opened: Opened | undefined): void {
    if (opened === undefined || opened !== this.#current) return
    this.#current = undefined
    opened.end.abort()
    for (const channel of this.#channels.values()) channel.lost()
  }
}
