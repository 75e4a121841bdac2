/** A file can't be read as a trace. The message names the file, the problem and the remedy; `cause` is the lower-level error. */
export class TraceError extends Error {
  override readonly name = 'TraceError'
}
