/** What several formats have in their fields. */
import type { TraceRequest } from './trace-request.ts'

const decimal = /^-?\d+(?:\.\d*)?(?:e[-+]?\d+)?$/i

/** Seconds as whole microseconds: those are exact in a double until the year 2255. Undefined when the text is no such time. */
export function parseSeconds(text: string): number | undefined {
  if (!decimal.test(text)) return undefined
  const timeUs = Math.round(Number(text) * 1e6)
  return Number.isSafeInteger(timeUs) ? timeUs : undefined
}

/** A size in bytes; undefined when the text is none. */
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

/** What an operation is called in traces, in either case; undefined when the name is unknown. */
export function parseOperation(name: string): TraceRequest['op'] | undefined {
  return operations.get(name) ?? operations.get(name.toLowerCase())
}

/** Whether an answer says that there is no such value: one that a cache keeps, too. A write answered so changed nothing. */
export function isAbsent(op: TraceRequest['op'], status: number): boolean {
  return op === 'read' && (status === 404 || status === 410)
}
