/** Answers with a problem document where Node or Hono refuses a request before the app sees it. */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener, RequestError } from '@hono/node-server'
import type { Logger } from 'pino'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { Api } from './api-types.ts'
import { type ProblemDetails, problemBody, requestIdOf } from './problem.ts'

/** By the code of Node's error; any other code means malformed. */
const REFUSALS: Readonly<Record<string, ProblemDetails>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'headers-too-large', detail: 'the headers are too large; send fewer' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'body-too-large', detail: 'the chunk extensions are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request-timeout', detail: 'the request was not complete in time' },
}
const MALFORMED: ProblemDetails = { status: 400, code: 'malformed-http', detail: 'this is not an HTTP/1.1 request' }
const UNKNOWN_EXPECTATION: ProblemDetails = {
  status: 417,
  code: 'unknown-expectation',
  detail: 'the header Expect can only be 100-continue',
}
const NO_HOST: ProblemDetails = {
  status: 400,
  code: 'bad-address',
  detail: 'the header Host is missing; HTTP/1.1 requires it',
}
const INTERNAL: ProblemDetails = { status: 500, code: 'internal', detail: 'internal error; see the log' }

/** The host of an HTTP/1.0 request without a Host. It is not a name of this machine, so it never passes the admin check. */
const NAMELESS = 'no-host.invalid'

/**
 * An HTTP server for `fetch` whose refusals are problems.
 *
 * @param answersDirectly asked first; true: it has answered
 */
export function createProblemServer(
  fetch: Api['fetch'],
  logger: Logger,
  log: AccessLog,
  answersDirectly: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
  options: ServerOptions = {},
): Server {
  // An unparsable request has no method and no path.
  const say = ({ status, code, detail }: ProblemDetails, requestId: string, method = '-', path = '-') =>
    log.refusal({ method, path, status, code, detail, requestId })
  /** Refuses a request whose head was parsed. The app never sees it. */
  const turnAway = (details: ProblemDetails, request: IncomingMessage, response: ServerResponse) =>
    say(details, answer(details, request, response), request.method, pathOf(request))
  const listener = getRequestListener(fetch, {
    hostname: NAMELESS,
    errorHandler(error) {
      const details = error instanceof RequestError ? badAddress(error) : INTERNAL
      const { response, requestId } = refuse(details)
      if (details === INTERNAL) logger.error({ err: error, requestId }, INTERNAL.detail)
      else say(details, requestId)
      return response
    },
  })
  // Node would answer a missing Host with an empty 400. HTTP/1.0 has no Host, and load balancers' health checks send none.
  const server = createServer({ ...options, requireHostHeader: false }, (request, response) => {
    try {
      if (answersDirectly(request, response)) return
    } catch {
      // The app meets the same fault, and answers and logs it.
    }
    if (!request.headers.host && request.httpVersion !== '1.0') return turnAway(NO_HOST, request, response)
    // It rejects if Node refuses the app's response, such as a header with invalid characters.
    listener(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      const requestId = response.headersSent ? undefined : answer(INTERNAL, request, response)
      logger.error({ err: error, requestId, method: request.method, path: pathOf(request) }, INTERNAL.detail)
    })
  })
  server.on('checkExpectation', (request, response) => turnAway(UNKNOWN_EXPECTATION, request, response))
  server.on('clientError', (error: ClientError, socket) => {
    const details = REFUSALS[error.code ?? ''] ?? MALFORMED
    const requestId = refuseRaw(details, socket as RawSocket, isHead(error))
    if (requestId !== undefined) say(details, requestId)
  })
  return server
}

const pathOf = ({ url }: IncomingMessage) => url?.split('?')[0]

/** Returns the request id. */
function answer(details: ProblemDetails, request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id']?.toString()
  const { headers, body, requestId } = written(details, pathOf(request), given)
  response.writeHead(details.status, headers).end(body)
  return requestId
}

function badAddress({ message }: RequestError): ProblemDetails {
  return { status: 400, code: 'bad-address', detail: `the request's Host or target is invalid: ${message}` }
}

function written(details: ProblemDetails, path?: string, givenId?: string) {
  const requestId = requestIdOf(givenId)
  const body = JSON.stringify(problemBody(details, path, requestId))
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Request-Id': requestId,
  }
  return { headers, body, requestId }
}

function refuse(details: ProblemDetails): { response: Response; requestId: string } {
  const { headers, body, requestId } = written(details)
  return { response: new Response(body, { status: details.status, headers }), requestId }
}

/** Node's own `clientError` handler also reads the current response from `_httpMessage`. */
type RawSocket = Socket & { readonly _httpMessage?: ServerResponse | null }

type ClientError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer }

/** An unparsable request has no parsed method, but an answer to HEAD must have no body. */
function isHead({ rawPacket }: ClientError): boolean {
  return rawPacket?.toString('latin1', 0, 5) === 'HEAD '
}

/** The request id of the answer; undefined if no answer can be sent. */
function refuseRaw(details: ProblemDetails, socket: RawSocket, withoutBody: boolean): string | undefined {
  // An answer has already started, or the client is gone.
  if (!socket.writable || socket._httpMessage?.headersSent) {
    socket.destroy()
    return undefined
  }
  const { headers, body, requestId } = written(details)
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(
    `HTTP/1.1 ${details.status} ${STATUS_CODES[details.status]}\r\n${lines.join('')}\r\n${withoutBody ? '' : body}`,
  )
  socket.destroySoon()
  return requestId
}
