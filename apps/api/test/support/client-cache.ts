/**
 * A client's cache after RFC 9111, like a browser's: it serves fresh responses and revalidates others with `If-None-Match`.
 * The clock is injected.
 */
export interface Served {
  /** The served response, possibly confirmed by a 304. */
  readonly response: Response
  /** The server's answer; undefined without a request. */
  readonly answer: Response | undefined
  /** Whether the request was conditional. */
  readonly conditional: boolean
}

interface Stored {
  readonly response: Response
  readonly lifetimeMs: number
  /** RFC 9111, 4.2.3: corrected_initial_age, and when the response arrived. */
  readonly initialAgeMs: number
  readonly receivedAt: number
  readonly mustAsk: boolean
}

type Fetch = (path: string, headers: Record<string, string>) => Promise<Response>

export class ClientCache {
  readonly #stored = new Map<string, Stored>()
  readonly #now: () => number
  readonly #fetch: Fetch

  constructor(now: () => number, fetch: Fetch) {
    this.#now = now
    this.#fetch = fetch
  }

  async get(path: string): Promise<Served> {
    const stored = this.#stored.get(path)
    if (stored !== undefined && this.#isFresh(stored)) {
      return { response: stored.response, answer: undefined, conditional: false }
    }
    const etag = stored?.response.headers.get('ETag')
    const requestedAt = this.#now()
    const answer = await this.#fetch(path, etag ? { 'If-None-Match': etag } : {})
    // A 304 updates the headers of the stored response.
    const response = answer.status === 304 ? stored!.response : answer
    this.#stored.set(path, this.#store(response, answer.headers, requestedAt))
    return { response, answer, conditional: Boolean(etag) }
  }

  #store(response: Response, headers: Headers, requestedAt: number): Stored {
    const control = headers.get('Cache-Control') ?? ''
    const receivedAt = this.#now()
    return {
      response,
      lifetimeMs: Number(/(?:^|[ ,])max-age=(\d+)/.exec(control)?.[1] ?? 0) * 1_000,
      initialAgeMs: Number(headers.get('Age') ?? 0) * 1_000 + (receivedAt - requestedAt),
      receivedAt,
      mustAsk: /(?:^|[ ,])no-cache/.test(control),
    }
  }

  #isFresh({ mustAsk, lifetimeMs, initialAgeMs, receivedAt }: Stored): boolean {
    return !mustAsk && lifetimeMs > initialAgeMs + (this.#now() - receivedAt)
  }
}
