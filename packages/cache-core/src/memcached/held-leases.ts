import type { MemcachedServer } from './memcached-server.ts'

/** Maximum number of leases that this process remembers. */
const MAX_HELD = 10_000

/** A lease that this process holds, with the data for a fill. */
export interface HeldLease {
  readonly server: MemcachedServer
  /** The CAS of the entry's item when the lease was granted. Any change of the item since then has changed it. */
  readonly entryCas: string
  leaseCas: string | undefined
  /** The epoch of all entries before the load. A restarted server has another one, although its CAS values may repeat. */
  readonly all: string
  /** A running renewal, which changes `leaseCas`. */
  renewing: Promise<unknown>
}

/** The leases of this process, by the entry's name and the token. */
export class HeldLeases {
  readonly #leases = new Map<string, HeldLease>()

  add(entry: string, token: string, lease: Omit<HeldLease, 'renewing'>): void {
    this.#leases.set(`${entry} ${token}`, { ...lease, renewing: Promise.resolve() })
    if (this.#leases.size > MAX_HELD) this.#leases.delete(this.#leases.keys().next().value!)
  }

  get(entry: string, token: string): HeldLease | undefined {
    return this.#leases.get(`${entry} ${token}`)
  }

  /** Forgets the lease, so that it is used only once. */
  take(entry: string, token: string): HeldLease | undefined {
    const lease = this.get(entry, token)
    this.#leases.delete(`${entry} ${token}`)
    return lease
  }
}
