/** The input is not a valid history. The message names the place and the problem. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
}
