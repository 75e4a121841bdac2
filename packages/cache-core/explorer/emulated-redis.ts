/**
 * The part of Redis that the guarded protocol uses. Each command is one atomic step. The script is written again in
 * TypeScript; `emulated-redis.live.test.ts` compares the answers of both. No key-value store is shared with `strategies`, which
 * imports cache-core.
 */
import { HEADER_BYTES, IDENTITY_END, IDENTITY_START } from '../src/entry.ts'
import { GUARD } from '../src/redis/scripts.ts'
import { type GuardOperation, operationsOf } from './guard-operations.ts'

type Arg = string | number | Buffer

interface Kept {
  readonly bytes: Buffer
  /** Undefined: no expiry. */
  readonly endsAt: number | undefined
}

const END_DIGITS = 16
const KEPT_FOR_LEASES = 8
const MARK_MS = 5_000
const EMPTY = Buffer.alloc(0)

export class EmulatedRedis {
  readonly #kept = new Map<string, Kept>()
  readonly #clock: () => number
  /** While a script runs, its time stands still. */
  #frozenAt: number | undefined
  readonly #subscribers = new Map<string, Set<(message: string) => void>>()
  readonly #trackers = new Set<(key: string) => void>()

  /** @param now the server's time in milliseconds since the Unix epoch. */
  constructor(now: () => number) {
    this.#clock = now
  }

  get(key: string): Buffer | null {
    return this.#live(key)?.bytes ?? null
  }

  mget(keys: readonly string[]): (Buffer | null)[] {
    return keys.map((key) => this.get(key))
  }

  /** SET key value PX ms */
  set(key: string, value: Buffer | string, ms?: number): 'OK' {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    this.#kept.set(key, { bytes, endsAt: ms === undefined ? undefined : Math.floor(this.#now()) + ms })
    this.#changed(key)
    return 'OK'
  }

  /** SET key value PX ms NX GET */
  setIfAbsent(key: string, value: Buffer, ms: number): Buffer | null {
    const there = this.get(key)
    if (there === null) this.set(key, value, ms)
    return there
  }

  unlink(...keys: string[]): number {
    let count = 0
    for (const key of keys) {
      if (this.#live(key) === undefined) continue
      this.#kept.delete(key)
      this.#changed(key)
      count++
    }
    return count
  }

  /** SUBSCRIBE channel, until the returned function is called. */
  subscribe(channel: string, listener: (message: string) => void): () => void {
    const listeners = this.#subscribers.get(channel) ?? new Set()
    this.#subscribers.set(channel, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  /** CLIENT TRACKING ON BCAST PREFIX …, until the returned function is called. */
  track(prefixes: readonly string[], listener: (key: string) => void): () => void {
    const tracker = (key: string) => {
      if (prefixes.some((prefix) => key.startsWith(prefix))) listener(key)
    }
    this.#trackers.add(tracker)
    return () => this.#trackers.delete(tracker)
  }

  /** TIME */
  time(): [seconds: number, microseconds: number] {
    const now = this.#now()
    const seconds = Math.floor(now / 1_000)
    return [seconds, Math.floor((now - seconds * 1_000) * 1_000)]
  }

  /** The keys with this prefix, like SCAN MATCH, but always in the same order. */
  keysUnder(prefix: string): string[] {
    return [...this.#kept.keys()].filter((key) => key.startsWith(prefix) && this.#live(key) !== undefined).sort()
  }

  /** The guard's script: the time, then the answers of its operations, which run one after another. */
  evalsha(sha: string, keys: readonly string[], args: readonly Arg[]): unknown {
    if (sha !== GUARD.sha) throw new Error(`NOSCRIPT no emulation of script ${sha}`)
    this.#frozenAt = this.#now()
    try {
      return [this.#time(), ...operationsOf(keys, args).map((operation) => this.run(operation))]
    } finally {
      this.#frozenAt = undefined
    }
  }

  /** One operation of the script. */
  protected run(operation: GuardOperation): unknown {
    const { name, entry, lease, args } = operation
    const [token, leaseMs] = args
    switch (name) {
      case 'acquire':
        return this.#acquire(operation)
      case 'claim':
        this.#grant(lease, text(token), Number(leaseMs))
        return this.get(entry)?.subarray(0, HEADER_BYTES) ?? EMPTY
      case 'fill':
        return this.#fill(operation)
      case 'renew':
        return this.#holds(lease, text(token)) && this.#grant(lease, text(token), Number(leaseMs)) ? 1 : 0
      case 'release': {
        const holds = this.#holds(lease, text(token))
        return told(holds ? 1 : 0, this.#end(operation, holds))
      }
    }
  }

  #now(): number {
    return this.#frozenAt ?? this.#clock()
  }

  #live(key: string): Kept | undefined {
    const kept = this.#kept.get(key)
    if (kept?.endsAt === undefined || Math.floor(this.#now()) <= kept.endsAt) return kept
    this.#kept.delete(key)
    this.#changed(key)
    return undefined
  }

  #changed(key: string): void {
    for (const tracker of this.#trackers) tracker(key)
  }

  #time(): Buffer {
    return Buffer.from(this.#now().toFixed(3))
  }

  #lease(key: string): { endsAt: number; token: string } | undefined {
    const kept = this.#live(key)
    if (kept?.endsAt === undefined) return undefined // without an expiry it is not one of our leases
    const lease = kept.bytes.toString('latin1')
    return { endsAt: Number(lease.slice(0, END_DIGITS)) || 0, token: lease.slice(END_DIGITS) }
  }

  #holds(key: string, token: string): boolean {
    const kept = this.#live(key)
    return kept !== undefined && kept.bytes.toString('latin1', END_DIGITS) === token
  }

  #grant(key: string, token: string, leaseMs: number): true {
    const end = String(Math.floor(this.#now() + leaseMs)).padStart(END_DIGITS, '0')
    this.set(key, Buffer.from(end + token, 'latin1'), Math.round(leaseMs * KEPT_FOR_LEASES))
    return true
  }

  #acquire({ entry: key, lease, mark, args: [token, leaseMs, seen, isTold] }: GuardOperation): unknown {
    const entry = this.get(key)
    const identity = entry?.subarray(IDENTITY_START, IDENTITY_END) ?? EMPTY
    if (entry !== null && identity.length > 0 && !identity.equals(bytes(seen))) return [Buffer.from('entry'), entry]
    const held = this.#lease(lease)
    const leftMs = held === undefined ? 0 : held.endsAt - this.#now()
    if (leftMs > 0) {
      if (String(isTold) === '1') this.set(mark, EMPTY, MARK_MS)
      return [Buffer.from('held'), Buffer.from(leftMs.toFixed(3))]
    }
    this.#grant(lease, text(token), Number(leaseMs))
    return Buffer.from('granted')
  }

  #fill(operation: GuardOperation): unknown {
    const [token, entry, endsAt] = operation.args
    const holds = this.#holds(operation.lease, text(token))
    const isTold = this.#end(operation, holds)
    if (holds) {
      this.#kept.set(operation.entry, { bytes: bytes(entry), endsAt: Number(endsAt) })
      this.#changed(operation.entry)
    }
    return told(holds ? 1 : 0, isTold)
  }

  /** Ends the lease if `holds`. @returns whether somebody waited, and was told */
  #end({ entry, lease, mark }: GuardOperation, holds: boolean): boolean {
    if (holds) this.unlink(lease)
    if (this.unlink(mark) === 0) return false
    const channel = mark.slice(0, mark.indexOf('{'))
    for (const listener of this.#subscribers.get(channel) ?? []) listener(entry)
    return true
  }
}

/** The answer of an operation that ends a lease. */
function told(done: 0 | 1, isTold: boolean): unknown {
  return isTold ? [done, EMPTY] : done
}

function text(arg: Arg | undefined): string {
  return Buffer.isBuffer(arg) ? arg.toString('latin1') : String(arg)
}

function bytes(arg: Arg | undefined): Buffer {
  return Buffer.isBuffer(arg) ? arg : Buffer.from(String(arg ?? ''))
}
