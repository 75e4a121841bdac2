import { wrongValue } from 'command-line'
import { type ReadTraceOptions, readTrace, type Trace, traceFormats } from 'workload/traces'

/**
 * Reads a trace in the format that `--format` names, or in the detected format.
 *
 * @throws Error that lists the formats; TraceError if the file is in none of them
 */
export async function readNamedTrace(
  file: string,
  name: string | undefined,
  options: Omit<ReadTraceOptions, 'format'> = {},
): Promise<Trace> {
  const format = traceFormats.find((known) => known === name)
  if (name !== undefined && format === undefined) {
    throw wrongValue('--format', name, `one of ${traceFormats.join(', ')}`)
  }
  return readTrace(file, { ...options, ...(format !== undefined && { format }) })
}
