/**
 * How late operations are begun, as one virtual user sees it.
 *
 * k6 has its users ready some milliseconds after the start that it tells, and begins all operations later by that time;
 * that is nobody's waiting. So lateness counts from the least that was seen in the same turn. All times are whole
 * milliseconds, cut off: what remains below 1 ms may come of that alone, and counts as 0. It is never overstated.
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
