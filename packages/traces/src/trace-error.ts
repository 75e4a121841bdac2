/** A file can't be read as a trace. The message names the file, what is wrong and what to do; `cause` is what went wrong below. */
export class TraceError extends Error {
  override readonly name = 'TraceError'
}
