/** Wrong usage by the user. The message is one line; the process exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
