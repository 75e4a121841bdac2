/** What Node and Hono refuse before the app sees a request: answered with problems, as everything else. */
import { createServer, type Server, type ServerOptions, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener, RequestError } from '@hono/node-server'
import type { Logger } from 'pino'
import type { AccessLog } from './access-log.ts'
import type { Api } from './api-types.ts'
import { type ProblemDetails, problemBody, requestIdOf } from './problem.ts'

/** By the code of Node's error; any other is malformed. */
const REFUSALS: Readonly<Record<string, ProblemDetails>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'headers-too-large', detail: 'the headers are too large; send fewer' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'body-too-large', detail: 'the chunk extensions are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request-timeout', detail: 'the request was not whole in time' },
}
const MALFORMED: ProblemDetails = { status: 400, code: 'malformed-http', detail: 'this is not a request in HTTP/1.1' }
const UNKNOWN_EXPECTATION: ProblemDetails = {
  status: 417,
  code: 'unknown-expectation',
  detail: 'the header Expect can only be 100-continue',
}
const INTERNAL: ProblemDetails = { status: 500, code: 'internal', detail: 'something went wrong here; see the log' }

/** A server of `fetch` that refuses with problems. */
export function createProblemServer(
  fetch: Api['fetch'],
  logger: Logger,
  log: AccessLog,
  options: ServerOptions = {},
): Server {
  // What could not be parsed has no method and no path.
  const say = ({ status, code, detail }: ProblemDetails, requestId: string, method = '-', path = '-') =>
    log.refusal({ method, path, status, code, detail, requestId })
  const listener = getRequestListener(fetch, {
    errorHandler(error) {
      const details = error instanceof RequestError ? badAddress(error) : INTERNAL
      const { response, requestId } = refuse(details)
      if (details === INTERNAL) logger.error({ err: error, requestId }, INTERNAL.detail)
      else say(details, requestId)
      return response
    },
  })
  // Node would answer a missing Host with an empty 400; Hono's listener refuses it too.
  const server = createServer({ ...options, requireHostHeader: false }, listener)
  server.on('checkExpectation', ({ method, url, headers }, response) => {
    const path = url?.split('?')[0]
    const {
      headers: answered,
      body,
      requestId,
    } = written(UNKNOWN_EXPECTATION, path, headers['x-request-id']?.toString())
    say(UNKNOWN_EXPECTATION, requestId, method, path)
    response.writeHead(UNKNOWN_EXPECTATION.status, answered).end(body)
  })
  server.on('clientError', (error: ClientError, socket) => {
    const details = REFUSALS[error.code ?? ''] ?? MALFORMED
    const requestId = refuseRaw(details, socket as RawSocket, isHead(error))
    if (requestId !== undefined) say(details, requestId)
  })
  return server
}

function badAddress({ message }: RequestError): ProblemDetails {
  return { status: 400, code: 'bad-address', detail: `the request's Host or target is no good: ${message}` }
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

/** Node keeps the response under way here, and looks at it in its own handler of `clientError`. */
type RawSocket = Socket & { readonly _httpMessage?: ServerResponse | null }

type ClientError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer }

/** Nobody has parsed the method of what can't be parsed. The answer to HEAD has no body, whatever is wrong. */
function isHead({ rawPacket }: ClientError): boolean {
  return rawPacket?.toString('latin1', 0, 5) === 'HEAD '
}

/** The id it was answered with; undefined where nobody can be answered. */
function refuseRaw(details: ProblemDetails, socket: RawSocket, withoutBody: boolean): string | undefined {
  // In the middle of an answer, or with nobody left to read one.
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
