/** Finds the TTL beyond which the hit ratio hardly rises. */
import { formatTime, type Given, roomLabel, strategiesLabel } from './labels.ts'
import { mergedRows, type Setting } from './merged-rows.ts'
import type { Recording } from './recording.ts'
import type { SweepRow } from './sweep.ts'

/** Hundredths of a point, as the table prints them. */
const NEAR = 100

export interface Knee extends Setting {
  /** The shortest given TTL whose hit ratio is within 1 point of the best. */
  readonly ttlMs: number
  /**
   * `rising`: it is the longest given, so a longer one may be better. `beyond the recording`: no entry expires with it, so the
   * recording can't distinguish it from longer ones. `shortest`: it is the shortest given, so a shorter one may be as good.
   */
  readonly is: 'knee' | 'shortest' | 'rising' | 'beyond the recording'
}

/** A knee for each strategy and capacity with hits. Empty for a single TTL. */
export function ttlKnees(rows: readonly SweepRow[], recording?: Recording): Knee[] {
  const curves = new Map<string, SweepRow[]>()
  for (const row of rows) {
    const name = `${row.strategy} ${row.maxEntries}`
    curves.set(name, [...(curves.get(name) ?? []), row])
  }
  return [...curves.values()].flatMap((curve) => kneeOf(curve, recording) ?? [])
}

function kneeOf(curve: readonly SweepRow[], recording: Recording | undefined): Knee | undefined {
  const byTtl = curve.toSorted((a, b) => a.ttlMs - b.ttlMs)
  // With background refreshes, reads hit at any TTL; the loads show what a longer one gains.
  const ratios = byTtl.map(({ hitRatio, loadsPerRead }) => Math.round(Math.min(hitRatio, 1 - loadsPerRead) * 10_000))
  const best = Math.max(...ratios)
  if (byTtl[0]!.ttlMs === byTtl.at(-1)!.ttlMs || best === 0) return undefined
  const at = ratios.findIndex((ratio) => best - ratio <= NEAR)
  const { strategy, maxEntries, ttlMs } = byTtl[at]!
  const isBeyond = recording !== undefined && ttlMs > recording.durationMs
  return {
    strategy,
    maxEntries,
    ttlMs,
    is: isBeyond ? 'beyond the recording' : at === 0 ? 'shortest' : at === byTtl.length - 1 ? 'rising' : 'knee',
  }
}

/** A line for each distinct knee, with its strategies and capacities. */
export function describeKnees(knees: readonly Knee[], given: Given, recording?: Recording): string[] {
  const merged = mergedRows(
    knees.map((knee) => ({ ...knee, ttlMs: 0, knee })),
    ({ knee: { ttlMs, is } }) => [String(ttlMs), is],
  )
  const known = { ...given, strategies: [...new Set(knees.map(({ strategy }) => strategy))] }
  return merged.map(({ strategies, capacities, row: { knee } }) => {
    const whom = [
      ...(strategies.length < known.strategies.length ? [` for ${strategiesLabel(strategies, known)}`] : []),
      ...(capacities.length < known.capacities.length ? [` with capacity ${roomLabel(capacities, known, false)}`] : []),
    ].join('')
    return describeKnee(knee, whom, recording)
  })
}

function describeKnee({ ttlMs, is }: Knee, whom: string, recording: Recording | undefined): string {
  const ttl = formatTime(ttlMs)
  switch (is) {
    case 'knee':
      return `Knee${whom}: a TTL of ${ttl}, the shortest within 1 point of the best hit ratio of the TTLs given.`
    case 'shortest':
      return `Knee${whom}: a TTL of ${ttl} or less: the shortest given is within 1 point of the best hit ratio; try shorter ones.`
    case 'rising': {
      // With a longer TTL hardly any entry would expire.
      const isShort = recording !== undefined && ttlMs * 2 > recording.durationMs
      return (
        `No knee${whom}: up to ${ttl}, the longest TTL given, the hit ratio rises by more than 1 point; ` +
        (isShort ? `try longer ones on a recording of more than ${recording.duration}.` : 'try longer ones.')
      )
    }
    case 'beyond the recording':
      return (
        `No knee${whom}: the shortest TTL within 1 point of the best hit ratio, ${ttl}, is longer than the recording; ` +
        `try TTLs below ${recording!.duration}, or a longer recording.`
      )
  }
}
