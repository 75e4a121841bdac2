/** Ends of the shared scales: round numbers, so that a scale changes rarely. */

const STEPS = [1, 2, 5, 10]

/** The next of 1, 2, 5, 10, 20, 50 … that is at least this. @param least the smallest answer */
export function niceMax(value: number, least: number): number {
  if (!(value > least)) return least
  const power = 10 ** Math.floor(Math.log10(value))
  return STEPS.map((step) => step * power).find((end) => end >= value * (1 - 1e-9))!
}
