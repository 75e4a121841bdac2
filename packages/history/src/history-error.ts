/** What was given is no history. The message names what is wrong where. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
}
