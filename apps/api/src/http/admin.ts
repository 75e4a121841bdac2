/** Access control for admin routes. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { ApiContext } from './api-types.ts'
import { Problem } from './problem.ts'

const FORWARDING_HEADER = /^(?:x-forwarded-.*|forwarded|via|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip)$/
const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/
const LOOPBACK_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/

/**
 * With a token set, admits callers that send it. Without one, admits direct callers on this machine. A loopback address
 * is not enough: a local proxy has one, and so has a web page in the operator's browser.
 *
 * @throws Problem 401 or 403
 */
export function requireAdmin(context: ApiContext, token: string | undefined): void {
  if (token !== undefined) {
    const given = /^Bearer +(.+)$/i.exec(context.req.header('Authorization') ?? '')?.[1]
    if (given !== undefined && isSame(given, token)) return
    throw new Problem({
      status: 401,
      code: 'admin-token-needed',
      detail: 'this needs the header "Authorization: Bearer $ADMIN_TOKEN"',
      headers: { 'WWW-Authenticate': 'Bearer' },
    })
  }
  if (isLocalCaller(context)) return
  throw new Problem({
    status: 403,
    code: 'admin-only',
    detail: 'only callers on the same machine are allowed; start the API with ADMIN_TOKEN to allow others',
  })
}

function isLocalCaller({ env, req }: ApiContext): boolean {
  if (!LOOPBACK_ADDRESS.test(env?.incoming?.socket.remoteAddress ?? '')) return false
  if ([...req.raw.headers.keys()].some((name) => FORWARDING_HEADER.test(name))) return false
  // A browser sends the page's origin. A host name that merely resolves to this machine is not accepted.
  const origin = req.header('Origin')
  const { host } = new URL(req.url)
  return LOOPBACK_HOST.test(host) && (origin === undefined || origin === `http://${host}`)
}

/** Takes the same time wherever they differ and however long they are. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
