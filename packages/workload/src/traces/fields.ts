/** Parsers of fields that several formats share. */
import type { TraceRequest } from './trace-request.ts'

const decimal = /^-?\d+(?:\.\d*)?(?:e[-+]?\d+)?$/i

/** Seconds as whole microseconds, which are exact in a double until the year 2255. Undefined for invalid text. */
export function parseSeconds(text: string): number | undefined {
  if (!decimal.test(text)) return undefined
  const timeUs = Math.round(Number(text) * 1e6)
  return Number.isSafeInteger(timeUs) ? timeUs : undefined
}

/** A size in bytes; undefined for invalid text. */
export function parseBytes(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined
  const bytes = Number(text)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

const operations = new Map<string, TraceRequest['op']>()
for (const name of ['read', 'get', 'gets', 'get_lease', 'head']) operations.set(name, 'read')
for (const name of ['write', 'set', 'set_lease', 'put', 'post', 'patch', 'add', 'insert', 'update', 'replace', 'cas'])
  operations.set(name, 'write')
for (const name of ['delete', 'del', 'remove']) operations.set(name, 'delete')

/** The operation with this name in traces, case-insensitive; undefined for an unknown name. */
export function parseOperation(name: string): TraceRequest['op'] | undefined {
  return operations.get(name) ?? operations.get(name.toLowerCase())
}

/** Whether the answer to a read says that the value is absent, which a cache keeps, too. A write with that answer changed nothing. */
export function isAbsent(op: TraceRequest['op'], status: number): boolean {
  return op === 'read' && (status === 404 || status === 410)
}
