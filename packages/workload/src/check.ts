// Its own checks, since k6 can't import cache-core or zod.

/** Throws a RangeError that names the option, its value and the allowed range. */
export function requireInteger(name: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} is ${String(value)}; it must be a whole number from ${min} to ${max}`)
  }
}

/** The same for any finite number. `max` may be Infinity. */
export function requireNumber(name: string, value: number, min: number, max: number): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < min || value > max) {
    const range = max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `from ${min} to ${max}`
    throw new RangeError(`${name} is ${String(value)}; it must be a number ${range}`)
  }
}
