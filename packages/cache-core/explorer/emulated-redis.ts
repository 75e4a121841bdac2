/**
 * The part of Redis that the guarded protocol uses. Each command and script is one atomic step. The scripts are written again in
 * TypeScript; `emulated-redis.live.test.ts` compares the answers of both. No key-value store is shared with `strategies`, which
 * imports cache-core.
 */
import { HEADER_BYTES, IDENTITY_END, IDENTITY_START } from '../src/entry.ts'
import { ACQUIRE, CLAIM, FILL, RELEASE, RENEW, type Script } from '../src/redis/scripts.ts'

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
  readonly #now: () => number
  readonly #scripts: ReadonlyMap<string, (keys: readonly string[], args: readonly Arg[]) => unknown>
  readonly #subscribers = new Map<string, Set<(message: string) => void>>()
  readonly #trackers = new Set<(key: string) => void>()

  /** @param now the server's time in milliseconds since the Unix epoch. */
  constructor(now: () => number) {
    this.#now = now
    const script = ({ sha }: Script, run: (keys: ScriptKeys, args: readonly Arg[]) => unknown) =>
      [
        sha,
        ([entry, lease, mark]: readonly string[], args: readonly Arg[]) => {
          return run({ entry: entry!, lease: lease!, mark: mark! }, args)
        },
      ] as const
    this.#scripts = new Map([
      script(ACQUIRE, (keys, args) => this.#acquire(keys, args)),
      script(CLAIM, ({ entry, lease }, [token, leaseMs]) => {
        this.#grant(lease, text(token), Number(leaseMs))
        return [this.#time(), this.get(entry)?.subarray(0, HEADER_BYTES) ?? EMPTY]
      }),
      script(FILL, (keys, args) => this.#fill(keys, args)),
      script(RENEW, ({ lease }, [token, leaseMs]) =>
        this.#holds(lease, text(token)) && this.#grant(lease, text(token), Number(leaseMs)) ? 1 : 0,
      ),
      script(RELEASE, (keys, [token]) => {
        const holds = this.#holds(keys.lease, text(token))
        return told(holds ? 1 : 0, this.#end(keys, holds))
      }),
    ])
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

  evalsha(sha: string, keys: readonly string[], args: readonly Arg[]): unknown {
    const script = this.#scripts.get(sha)
    if (script === undefined) throw new Error(`NOSCRIPT no emulation of script ${sha}`)
    return script(keys, args)
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
    return this.#lease(key)?.token === token
  }

  #grant(key: string, token: string, leaseMs: number): true {
    const end = String(Math.floor(this.#now() + leaseMs)).padStart(END_DIGITS, '0')
    this.set(key, Buffer.from(end + token, 'latin1'), Math.round(leaseMs * KEPT_FOR_LEASES))
    return true
  }

  #acquire(keys: ScriptKeys, [token, leaseMs, isSeen, seen, isTold]: readonly Arg[]): unknown {
    const entry = this.get(keys.entry)
    const identity = entry?.subarray(IDENTITY_START, IDENTITY_END) ?? EMPTY
    const isUnseen = String(isSeen) === '0' || !identity.equals(bytes(seen))
    if (entry !== null && isUnseen) return [this.#time(), Buffer.from('entry'), entry]
    const lease = this.#lease(keys.lease)
    const leftMs = lease === undefined ? 0 : lease.endsAt - this.#now()
    if (leftMs > 0) {
      if (String(isTold) === '1') this.set(keys.mark, EMPTY, MARK_MS)
      return [this.#time(), Buffer.from('held'), Buffer.from(leftMs.toFixed(3))]
    }
    this.#grant(keys.lease, text(token), Number(leaseMs))
    return [this.#time(), Buffer.from('granted')]
  }

  #fill(keys: ScriptKeys, [token, entry, endsAt]: readonly Arg[]): unknown {
    const holds = this.#holds(keys.lease, text(token))
    const isTold = this.#end(keys, holds)
    if (holds) {
      this.#kept.set(keys.entry, { bytes: bytes(entry), endsAt: Number(endsAt) })
      this.#changed(keys.entry)
    }
    return told(holds ? 1 : 0, isTold)
  }

  /** Ends the lease if `holds`. @returns whether somebody waited, and was told */
  #end({ entry, lease, mark }: ScriptKeys, holds: boolean): boolean {
    if (holds) this.unlink(lease)
    if (this.unlink(mark) === 0) return false
    const channel = mark.slice(0, mark.indexOf('{'))
    for (const listener of this.#subscribers.get(channel) ?? []) listener(entry)
    return true
  }
}

interface ScriptKeys {
  readonly entry: string
  readonly lease: string
  readonly mark: string
}

/** The answer of a script that ends a lease. */
function told(done: 0 | 1, isTold: boolean): unknown {
  return isTold ? [done, EMPTY] : done
}

function text(arg: Arg | undefined): string {
  return Buffer.isBuffer(arg) ? arg.toString('latin1') : String(arg)
}

function bytes(arg: Arg | undefined): Buffer {
  return Buffer.isBuffer(arg) ? arg : Buffer.from(String(arg ?? ''))
}
