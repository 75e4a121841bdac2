import { type ReadTraceOptions, readTrace, type Trace, traceFormats } from 'traces'

/**
 * The trace in a file, in the format that `--format` names, or else the one it is recognised by.
 *
 * @throws Error that lists the formats; TraceError for a file that can't be read as one of them
 */
export async function readNamedTrace(
  file: string,
  name: string | undefined,
  options: Omit<ReadTraceOptions, 'format'> = {},
): Promise<Trace> {
  const format = traceFormats.find((known) => known === name)
  if (name !== undefined && format === undefined) {
    throw new Error(`--format is "${name}"; give one of ${traceFormats.join(', ')}`)
  }
  return readTrace(file, { ...options, ...(format !== undefined && { format }) })
}
