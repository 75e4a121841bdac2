import type { CacheParts } from './cache-parts.ts'
import { CacheError, messageOf } from './errors.ts'

/**
 * Reports a value that can't be kept: as an event each time, and as a warning once per cause. Causes that differ only in numbers,
 * such as list indexes, count as one.
 */
export function reportNotKept(
  { on, warnOnce }: Pick<CacheParts<never>, 'on' | 'warnOnce'>,
  key: string,
  error: unknown,
): void {
  on.notKept?.({ type: 'notKept', key, error })
  const cause = error instanceof CacheError && error.cause !== undefined ? error.cause : error
  warnOnce(`not kept: ${messageOf(cause).replace(/\d+/g, '*')}`, { code: 'VALUE_NOT_KEPT', message: messageOf(error) })
}
