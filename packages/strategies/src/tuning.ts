/** Options that can be changed at run time: milliseconds, and `beta`, a factor. Each row takes those in its `tunable`. */
export const tunables = ['ttlMs', 'leaseMs', 'staleMs', 'beta'] as const
export type Tuning = Readonly<Record<(typeof tunables)[number], number>>

/** The API's defaults, which its environment may override. */
export const defaultTuning: Tuning = { ttlMs: 60_000, leaseMs: 2_000, staleMs: 300_000, beta: 1 }
