/** Everything that can go wrong here, as a closed list that callers may switch over. */
export type CacheErrorCode =
  /** An option or argument is unusable. Thrown when the thing is built, or before the call has any effect. */
  | 'BAD_OPTION'
  /** The store gave no answer in time, refused, or is known to be away. Reads turn it into a bypass. */
  | 'STORE_UNAVAILABLE'
  /** The codec could not turn a loaded value into bytes. */
  | 'ENCODE_FAILED'
  /** A load took longer than its `loadTimeoutMs`. */
  | 'LOAD_TIMEOUT'

/** The one error class of this library. `cause` holds what led to it, `key` the entry concerned. */
export class CacheError extends Error {
  override readonly name = 'CacheError'
  readonly code: CacheErrorCode
  readonly key: string | undefined

  constructor(code: CacheErrorCode, message: string, details: { key?: string; cause?: unknown } = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.key = details.key
  }
}

/** Whether the store is away, rather than something else wrong. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'STORE_UNAVAILABLE'
}

/**
 * Checks a number given as an option.
 *
 * @throws CacheError `BAD_OPTION`, naming the option, the value and what is allowed.
 */
export function checkNumber(name: string, value: unknown, allowed: { min: number; max?: number }): number {
  const { min, max = Number.MAX_SAFE_INTEGER } = allowed
  if (typeof value === 'number' && value >= min && value <= max) return value
  const range = max === Number.MAX_SAFE_INTEGER ? `a number of at least ${min}` : `a number from ${min} to ${max}`
  throw new CacheError('BAD_OPTION', `${name} is ${String(value)}; give ${range}`)
}

/**
 * The same for a whole number of at least 1.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function checkCount(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new CacheError('BAD_OPTION', `${name} is ${String(value)}; give a whole number of at least 1`)
}

/**
 * Checks a key or tag: half a surrogate pair becomes the same bytes as any other, so that one key would answer for another.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function checkText(name: string, text: string): void {
  if (text.isWellFormed()) return
  throw new CacheError(
    'BAD_OPTION',
    `the ${name} ${JSON.stringify(text)} has half a surrogate pair; give well-formed text`,
  )
}

/** Wraps a listener so that what it throws, or its promise rejects with, becomes nobody's failure. */
export function swallowing<A extends unknown[]>(listener: (...args: A) => unknown): (...args: A) => void {
  return (...args) => {
    try {
      const answer = listener(...args)
      if (answer instanceof Promise) answer.catch(() => {})
    } catch {}
  }
}

/** What an error says, in one line. A connection tried at several addresses fails with one error for each, and no message. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const first = error instanceof AggregateError ? error.errors[0] : undefined
  return error.message || (first === undefined ? error.name : messageOf(first))
}
