/** One strategy of `GET /api/entries`. */
export interface InspectedEntry {
  readonly strategy: string
  readonly store: 'redis' | 'tiered' | 'memcached' | 'memory' | 'none'
  /** `unknown`: the library or the store does not show it. */
  readonly state: 'known' | 'unknown'
  readonly isNear?: boolean
  readonly entry?: ShownEntry | null
  /** null: none. Absent: this store does not show it. */
  readonly lease?: { readonly endsInMs: number; readonly isWaitedFor: boolean } | null
}

export interface ShownEntry {
  readonly kind: 'value' | 'absent'
  readonly version?: number
  readonly preview?: string
  readonly bytes: number
  readonly ageMs: number
  readonly loadMs: number
  /** Negative: it is stale. */
  readonly freshForMs: number
  readonly expiresInMs: number | null
  readonly identity: string
  readonly tags: readonly {
    readonly tag: string
    readonly carried: string | null
    readonly current: string | null
    readonly isCurrent: boolean
  }[]
}
