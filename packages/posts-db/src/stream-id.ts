/**
 * Ids of a Redis stream as one number. They are `ms-seq`, two unsigned integers of 64 bits, so neither texts nor two JavaScript numbers
 * compare as Redis does.
 */
import { PostsDbError } from './errors.ts'

const SEQUENCE_BITS = 64n
const MAX_PART = (1n << SEQUENCE_BITS) - 1n

/** @throws PostsDbError `BAD_OPTION` for a text that is no stream id */
export function streamIdNumber(id: string): bigint {
  const [, ms, sequence] = /^(\d{1,20})-(\d{1,20})$/.exec(id) ?? []
  const parts = [BigInt(ms ?? -1), BigInt(sequence ?? -1)] as const
  if (parts.some((part) => part < 0n || part > MAX_PART)) {
    throw new PostsDbError(
      'BAD_OPTION',
      `${JSON.stringify(id.slice(0, 80))} is not a stream id; give ms-seq, as XADD answers`,
    )
  }
  return (parts[0] << SEQUENCE_BITS) | parts[1]
}

/** The inverse of {@link streamIdNumber}. */
export function streamIdOf(number: bigint): string {
  return `${number >> SEQUENCE_BITS}-${number & MAX_PART}`
}
