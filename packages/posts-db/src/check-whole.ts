import { PostsDbError } from './errors.ts'

/**
 * Not the check of `workload`: this package has one error class.
 *
 * @throws PostsDbError `BAD_OPTION`, naming the option, its value and the allowed range
 */
export function checkWhole(name: string, value: number, min: number, max: number = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return
  const allowed = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  const given: unknown = value
  const shown = typeof given === 'string' ? `${JSON.stringify(given)} (a string)` : String(given)
  throw new PostsDbError('BAD_OPTION', `${name} must be a whole number ${allowed}, got ${shown}`)
}
