/** The user's mistake in asking for something, told in one line; the process then ends with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
