/**
 * Measures how late operations start, per virtual user.
 *
 * k6's users are ready some milliseconds after the start time that it reports, which delays all operations equally. That
 * is not waiting time, so the lag counts from the smallest delay of the same turn. Times are truncated to whole
 * milliseconds, so a remainder below 1 ms counts as 0. The lag is never overstated.
 */
export function lagMeter(): (turn: string, lateMs: number) => number {
  let of: string | undefined
  let least = Number.POSITIVE_INFINITY
  return (turn, lateMs) => {
    if (turn !== of) {
      of = turn
      least = Number.POSITIVE_INFINITY
    }
    least = Math.min(least, lateMs)
    return Math.max(0, lateMs - least - 1)
  }
}
