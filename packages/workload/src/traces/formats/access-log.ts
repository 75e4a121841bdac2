/**
 * The access logs of Apache and nginx. `combined` is `common` followed by the referer and the user agent. Further fields, and a
 * leading virtual host, are ignored.
 *
 * A key is the target with its query, since a different query has a different answer. Failed requests are skipped, see
 * `succeeded`; a read of an absent value did not fail.
 */
import { isAbsent } from '../fields.ts'
import { type LineFormat, mostly, type Sink } from '../trace-format.ts'
import type { TraceRequest } from '../trace-request.ts'

const entry =
  /^\S+ .*?\[(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([-+])(\d{2})(\d{2})\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d{1,15}|-)(?: |$)/
const quotedPair = / "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*"/y
const request = /^([A-Z]+) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/

const operations = new Map<string, TraceRequest['op']>([
  ['GET', 'read'],
  ['HEAD', 'read'],
  ['POST', 'write'],
  ['PUT', 'write'],
  ['PATCH', 'write'],
  ['DELETE', 'delete'],
])

const months = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, i) => [name, i]),
)

export const common: LineFormat = {
  name: 'common',
  title: 'access log of Apache or nginx, common log format',
  times: 'spread',
  hasStatus: true,
  kind: 'lines',
  recognises: (lines) => mostly(lines, (line) => entry.test(line)),
  parse,
}

export const combined: LineFormat = {
  name: 'combined',
  title: 'access log of Apache or nginx, combined log format',
  times: 'spread',
  hasStatus: true,
  kind: 'lines',
  recognises: (lines) => mostly(lines, isCombined),
  parse,
}

function isCombined(line: string): boolean {
  const match = entry.exec(line)
  if (match === null) return false
  quotedPair.lastIndex = match[0].trimEnd().length
  return quotedPair.test(line)
}

function parse(line: string, sink: Sink): string | undefined {
  const match = entry.exec(line)
  if (match === null) return 'not a line of an access log'
  const timeUs = timeOf(match)
  if (timeUs === undefined) return 'invalid time'
  const [, method, key] = request.exec(match[10]!) ?? []
  if (method === undefined || key === undefined) return 'no HTTP request in the quotes'
  const op = operations.get(method)
  if (op === undefined) return `method ${method}`
  const status = Number(match[11])
  if (sink.countsAbsent && isAbsent(op, status)) return void sink.addAbsent(timeUs, key)
  if (!succeeded(op, status)) return `status ${status}`
  // Only a whole answer has the size of the value: not HEAD, 304, 206, nor the answer to a write.
  const sizeBytes = method === 'GET' && status === 200 ? Number(match[12]) : 0
  if (sizeBytes > 0) sink.add(timeUs, op, key, sizeBytes)
  else sink.add(timeUs, op, key)
}

/** 2xx and 304; also 302 and 303 after a write, since servers answer an accepted form with a redirect. */
function succeeded(op: TraceRequest['op'], status: number): boolean {
  if (status >= 200 && status < 300) return true
  return op === 'read' ? status === 304 : status === 302 || status === 303
}

function timeOf(match: RegExpExecArray): number | undefined {
  const [, day, monthName, year, hour, minute, second, sign, zoneHours, zoneMinutes] = match
  const month = months.get(monthName!)
  if (month === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  const date = new Date(Date.UTC(Number(year), month, Number(day)))
  if (date.getUTCDate() !== Number(day)) return undefined
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -60 : 60)
  return (date.getTime() / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - zone) * 1e6
}
