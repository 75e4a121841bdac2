import { messageOf } from '../errors.ts'
import { type Runtime, within } from '../ports/runtime.ts'
import type { WarningListener } from '../warning.ts'
import type { RedisClient, TrackingConnection } from './redis-client.ts'
import type { Refusals } from './refusals.ts'

/**
 * Copies are served only if a PING that was sent less than this many milliseconds ago has been answered: every change that was
 * acknowledged before that PING was sent has been told before its answer.
 */
export const SERVED_AFTER_PING_MS = 1_000
export const PING_EVERY_MS = 250
/** The longest that connecting may take, in milliseconds. */
const CONNECT_MS = 2_000
/** Backoff between attempts, in milliseconds: doubled each time. */
const PAUSE_MS = { first: 50, last: 1_000 }
/** The same after the server has refused a command. */
const REFUSED_PAUSE_MS = 60_000
/** A failure is reported after this many attempts in a row. */
const ATTEMPTS_TO_REPORT = 5

export interface ChangeListener {
  /** The names of changed keys. */
  readonly onChanged: (names: readonly string[]) => void
  /** Any key may have changed. */
  readonly onUnknown: () => void
}

export interface TrackingParts {
  readonly client: Pick<RedisClient, 'isReady' | 'isRefusal' | 'subscribe' | 'track'>
  readonly runtime: Runtime
  readonly refusals: Refusals
  readonly warn: WarningListener
}

/** A connection, from the attempt to open it. */
interface Opened {
  /** Closes it. */
  readonly end: AbortController
  connection?: TrackingConnection
  /** A PING is not answered yet. */
  isPinged?: boolean
}

/**
 * Tells this process of every change to keys with certain prefixes, by a connection of its own, as far as possible. What is told over
 * one connection is complete only while it lasts: **each new connection begins with "any key may have changed"**.
 */
export class ClientTracking {
  /** Until then, in the runtime's milliseconds, copies of what the server has may be served. */
  usableUntil = Number.NEGATIVE_INFINITY
  readonly #prefixes: readonly string[]
  readonly #listener: ChangeListener
  readonly #parts: TrackingParts
  readonly #unsubscribe: () => void
  readonly #stopPings: () => void
  #current: Opened | undefined
  #cancelOpen: (() => void) | undefined
  #failures = 0
  #lastFailure: unknown
  #isEnded = false

  constructor(prefixes: readonly string[], listener: ChangeListener, parts: TrackingParts) {
    const { client, runtime } = parts
    this.#prefixes = prefixes
    this.#listener = listener
    this.#parts = parts
    // The client's next connection may lead to another server, while this one may still lead to the old one.
    this.#unsubscribe = client.subscribe({
      onReady: () => this.#renew(),
      onClose: () => this.#stop(),
      onError() {},
    })
    this.#stopPings = runtime.every(PING_EVERY_MS, () => void this.#ping(this.#current))
    if (client.track === undefined) this.#report('this client can not open a connection for it')
    else if (client.isReady()) void this.#open()
  }

  /** Why copies are not served now. */
  get trouble(): string | undefined {
    if (this.#isEnded || this.#parts.runtime.now() < this.usableUntil) return undefined
    const isBeginning = this.#current !== undefined && this.#lastFailure === undefined
    if (isBeginning) return undefined
    const failed = this.#lastFailure === undefined ? '' : `; the last failure: ${messageOf(this.#lastFailure)}`
    return `every read asks Redis, since no connection tells of changed keys${failed}`
  }

  end(): void {
    this.#isEnded = true
    this.#unsubscribe()
    this.#stopPings()
    this.#stop()
  }

  #stop(): void {
    this.#cancelOpen?.()
    this.#lose(this.#current)
  }

  #renew(): void {
    this.#stop()
    this.#failures = 0
    void this.#open()
  }

  async #open(): Promise<void> {
    const { client, runtime, refusals } = this.#parts
    if (this.#isEnded || this.#current !== undefined || client.track === undefined) return
    const current: Opened = { end: new AbortController() }
    this.#current = current
    try {
      const opening = client.track(this.#prefixes, {
        onChanged: (names) => {
          if (current !== this.#current) return
          if (names === undefined) this.#listener.onUnknown()
          else this.#listener.onChanged(names)
        },
        signal: current.end.signal,
        onEnd: () => this.#lost(current, new Error('the connection for changed keys has ended')),
      })
      const connection = await within(opening, CONNECT_MS, runtime)
      if (current !== this.#current) return
      current.connection = connection
      refusals.accepted('CLIENT TRACKING')
      this.#listener.onUnknown()
      await this.#ping(current)
    } catch (error) {
      this.#lost(current, error)
    }
  }

  async #ping(current: Opened | undefined): Promise<void> {
    if (current?.connection === undefined || current.isPinged) return
    const { runtime } = this.#parts
    const sentAt = runtime.now()
    current.isPinged = true
    try {
      await within(current.connection.ping(), SERVED_AFTER_PING_MS, runtime)
      if (current !== this.#current) return
      this.usableUntil = sentAt + SERVED_AFTER_PING_MS
      this.#failures = 0
      this.#lastFailure = undefined
    } catch (error) {
      this.#lost(current, error)
    } finally {
      current.isPinged = false
    }
  }

  #lost(current: Opened | undefined, error: unknown): void {
    if (!this.#lose(current) || this.#isEnded) return
    const { client, refusals, runtime } = this.#parts
    this.#lastFailure = error
    this.#failures++
    const isRefused = client.isRefusal(error)
    if (isRefused) refusals.note('CLIENT TRACKING', error)
    else if (this.#failures === ATTEMPTS_TO_REPORT) this.#report(messageOf(error))
    if (!client.isReady()) return // it is tried again when it is
    const pauseMs = Math.min(PAUSE_MS.first * 2 ** (this.#failures - 1), PAUSE_MS.last)
    this.#cancelOpen = runtime.after(isRefused ? REFUSED_PAUSE_MS : pauseMs, () => void this.#open())
  }

  /** No more changes are told. False: there was no such connection. */
  #lose(current: Opened | undefined): boolean {
    if (current === undefined || current !== this.#current) return false
    this.#current = undefined
    this.usableUntil = Number.NEGATIVE_INFINITY
    this.#listener.onUnknown()
    current.end.abort()
    return true
  }

  #report(why: string): void {
    const message = `reads are not answered from this process's memory, since no connection tells of changed keys: ${why}`
    this.#parts.warn({ code: 'NOT_TRACKED', message })
  }
}
