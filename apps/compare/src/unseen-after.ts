import type { Turn } from './comparison.ts'

export interface Unseen {
  /** Writes that could still be missed then: their post was read later than that after their acknowledgement. */
  readonly writes: number
  /** The share of them that such a read missed. Null without such writes. */
  readonly share: number | null
}

/** How many of the probe's writes were still unseen, a time after their acknowledgement. */
export function unseenAfter(staleness: readonly Turn['staleness'][], afterMs: number): Unseen {
  let writes = 0
  let unseen = 0
  for (const { writes: all, windowsMs, observedMs } of staleness) {
    writes += observedMs === undefined ? all : observedMs.filter((ms) => ms > afterMs).length
    unseen += windowsMs.filter((ms) => ms > afterMs).length
  }
  return { writes, share: writes === 0 ? null : unseen / writes }
}
