/** A problem and its remedy in one line, for the operator of a service. Given once, not on each read. */
export interface CacheWarning {
  readonly code: CacheWarningCode
  readonly message: string
}

/** The kinds of warning, as a closed list. */
export type CacheWarningCode =
  /** The server refuses a command: an ACL rule is missing, or its memory or disk is full. */
  | 'COMMAND_REFUSED'
  /** A connection did not answer, or led to a replica, and was renewed. */
  | 'CONNECTION_RENEWED'
  /** A connection does not answer, and the store may not renew it. */
  | 'CONNECTION_STUCK'
  /** An entry is larger than the server keeps. */
  | 'ENTRY_TOO_LARGE'
  /** An entry takes too long to transfer, so it is not kept. */
  | 'ENTRY_TOO_SLOW'
  /** No connection tells of changed keys, so a store of two tiers asks Redis for every read. */
  | 'NOT_TRACKED'
  /** The codec can't encode a value without loss, so it is returned but not kept. */
  | 'VALUE_NOT_KEPT'
  /** After a commit, `keys` or `tags` of the write returned something other than a list of names. Valid names were invalidated. */
  | 'NAME_REFUSED'
  /** The server may evict queued writes, or can't confirm them as asked. */
  | 'QUEUE_UNSAFE'

export type WarningListener = (warning: CacheWarning) => void

/** The default listener: Node's own warnings, on stderr unless the process listens for them. */
export function warnProcess({ code, message }: CacheWarning): void {
  process.emitWarning(message, { type: 'CacheWarning', code })
}
