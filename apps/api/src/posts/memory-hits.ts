import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import { counted, peek } from './answer.ts'
import { rawHeader } from './conditional.ts'
import type { Resource } from './resources.ts'
import { foundReply } from './respond.ts'

/** More URLs than this are not remembered at the same time. Each takes at most 600 bytes. */
export const MAX_URLS = 10_000
/** Of a URL and its Host together; longer ones are not remembered. A Host that DNS allows has up to 253, a known URL up to 80. */
export const MAX_CHARACTERS = 350

/** What a route made of a URL. */
interface KnownUrl {
  /** The `Host` with which it was valid. */
  readonly host: string
  readonly instance: StrategyInstance
  readonly resource: Resource
}

/**
 * Answers repeated GETs from the memory of this process, on Node's own response: Hono's request, context and response cost more
 * than such a hit does otherwise.
 *
 * Routes alone decide what a URL means. They tell it (`remember`), and later GETs of the same URL with the same `Host` need no
 * route. Any other request, and any entry that is not in memory, goes through Hono.
 */
export class MemoryHits {
  readonly #log: AccessLog
  readonly #known = new Map<string, KnownUrl>()

  constructor(log: AccessLog) {
    this.#log = log
  }

  /** @param incoming undefined if no Node server serves */
  remember(incoming: IncomingMessage | undefined, instance: StrategyInstance, resource: Resource): void {
    const url = incoming?.url
    const host = incoming?.headers.host
    if (!url || !host || url.length + host.length > MAX_CHARACTERS) return
    // Of several, Hono checks the first one only, and `answer` compares all of them.
    if (rawHeader(incoming.rawHeaders, 'host') !== host) return
    if (this.#known.size === MAX_URLS && !this.#known.has(url)) this.#known.clear()
    this.#known.set(url, { host, instance, resource })
  }

  /** Answers if it can. False: nothing was done, and the request needs its route. */
  answer({ method, url, rawHeaders }: IncomingMessage, response: ServerResponse): boolean {
    const known = method === 'GET' ? this.#known.get(url!) : undefined
    if (known === undefined || rawHeader(rawHeaders, 'host') !== known.host) return false
    const arrivedAt = performance.now()
    const { instance, resource } = known
    const hit = peek(instance, resource)
    if (hit?.value === undefined) return false
    const answer = counted(instance, resource, hit, arrivedAt, this.#log)
    const { status, headers, body } = foundReply(instance, answer, hit.value, rawHeader(rawHeaders, 'if-none-match'))
    if (body !== null) headers['Content-Length'] = String(Buffer.byteLength(body))
    response.writeHead(status, headers).end(body)
    return true
  }
}
