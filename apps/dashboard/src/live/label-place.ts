/** Where the label of a mark goes: beside its line, and not over the label of a newer mark. */
export interface Room {
  readonly left: number
  /** Where the next newer label begins, or the chart ends. */
  readonly right: number
}

/** @returns the label's left end: to the right of its line, or to the left, or undefined where it fits neither */
export function labelPlace(x: number, width: number, { left, right }: Room): number | undefined {
  if (x + width <= right) return x
  return x <= right && x - width >= left ? x - width : undefined
}
