import { staleAfterWriteMs } from 'history/guarantees'
import type { Guarantee } from './guarantee.ts'

/**
 * Whether no read through any of `processes` API processes is old once a write was acknowledged. The age of a value that
 * nothing invalidates is `staleForAtMostMs`.
 */
export function isCurrent(guarantee: Guarantee, processes: number): boolean {
  return staleAfterWriteMs(guarantee, processes) === 0
}
