/** A stored page: the headers as one line of JSON, then the bytes of the body. Also decides which pages may be stored. */
import { createHash } from 'node:crypto'

export interface StoredPage {
  readonly etag: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer<ArrayBuffer>
}

const FORMAT = 1
const LINE_END = 0x0a

/** Headers of one connection or request, and those set on each answer. */
const NOT_STORED = new Set([
  'age',
  'cache-status',
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'server-timing',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-cache',
  'x-request-id',
])

/** In any case, among other directives, with or without a list of fields. */
const NOT_SHARED = /(?:^|[\s,;])(?:private|no-store|no-cache)(?=$|[\s,;=])/i

/** Sent in parts as they become available, often without an end. */
const STREAMED = /^\s*(?:text\/event-stream|multipart\/x-mixed-replace|application\/(?:x-ndjson|jsonl|json-seq))\b/i

/** The largest body that is stored, in bytes. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024

/**
 * Whether a response may be shared among requests with the same key.
 *
 * @param vary names of the headers in the key, in lower case
 */
export function isStorable({ status, headers }: Response, vary: readonly string[]): boolean {
  return status === 200 && isShareable(headers, vary)
}

/** Whether these headers allow a response to be shared. */
export function isShareable(headers: Headers, vary: readonly string[]): boolean {
  return (
    !headers.has('Set-Cookie') &&
    !NOT_SHARED.test(headers.get('Cache-Control') ?? '') &&
    namesIn(headers.get('Vary')).every((name) => vary.includes(name)) &&
    // Compressed for one client, even if `Vary` doesn't say so.
    (!headers.has('Content-Encoding') || vary.includes('accept-encoding')) &&
    !STREAMED.test(headers.get('Content-Type') ?? '') &&
    maxAgeMs(headers) !== 0
  )
}

/** How long a shared cache may serve it without revalidation, in milliseconds; `undefined` if not specified. */
export function maxAgeMs(headers: Headers): number | undefined {
  const control = headers.get('Cache-Control') ?? ''
  const [, seconds] =
    /(?:^|[\s,;])s-maxage\s*=\s*"?(\d+)/i.exec(control) ?? /(?:^|[\s,;])max-age\s*=\s*"?(\d+)/i.exec(control) ?? []
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}

/**
 * Reads a body to its end. Returns a body of more than `MAX_BODY_BYTES` as a stream: the part already read, then the rest.
 *
 * @param signal aborts the read, and cancels the body
 * @throws the error of the body's stream; the reason of `signal`
 */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
): Promise<Buffer | ReadableStream<Uint8Array>> {
  if (body === null) return Buffer.alloc(0)
  const reader = body.getReader()
  const cancel = () => {
    reader.cancel(signal.reason).catch(() => {}) // not awaited
  }
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  if (signal.aborted) cancel()
  else signal.addEventListener('abort', cancel, { once: true })
  try {
    while (sizeBytes <= MAX_BODY_BYTES) {
      const { done, value } = await reader.read()
      // A cancelled body looks like one that has ended.
      signal.throwIfAborted()
      if (done) return Buffer.concat(chunks)
      chunks.push(value)
      sizeBytes += value.byteLength
    }
  } finally {
    signal.removeEventListener('abort', cancel)
  }
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = chunks.length > 0 ? { done: false, value: chunks.shift() } : await reader.read()
      if (done) controller.close()
      else controller.enqueue(value!)
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

export function encodePage(response: Response, body: Buffer): Buffer {
  const headers = [...response.headers].filter(([name]) => !NOT_STORED.has(name) && name !== 'etag')
  const hash = createHash('sha256').update(JSON.stringify(headers)).update(body).digest('base64url')
  const etag = response.headers.get('ETag') ?? `"${hash.slice(0, 22)}"`
  return Buffer.concat([Buffer.from(`${JSON.stringify({ format: FORMAT, etag, headers })}\n`), body])
}

/** `undefined` if the bytes are not a page. */
export function decodePage(bytes: unknown): StoredPage | undefined {
  if (!Buffer.isBuffer(bytes)) return undefined
  const end = bytes.indexOf(LINE_END)
  try {
    const { format, etag, headers } = JSON.parse(bytes.toString('utf8', 0, Math.max(0, end)))
    if (format !== FORMAT) return undefined
    return { etag, headers, body: bytes.subarray(end + 1) as Buffer<ArrayBuffer> }
  } catch {
    return undefined
  }
}

/** The names in a comma-separated header such as `Vary`, in lower case. */
export function namesIn(list: string | null | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
}

/** Whether the client already has a page with this ETag (RFC 9110, `If-None-Match`: weak comparison, lists, `*`). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const known: readonly string[] = ifNoneMatch.match(/"[^"]*"/g) ?? []
  return known.includes(etag.replace(/^W\//, ''))
}
