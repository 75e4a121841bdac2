/** Who may change how the service runs. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { ApiContext } from './api-types.ts'
import { Problem } from './problem.ts'

const FORWARDING_HEADER = /^(?:x-forwarded-.*|forwarded|via|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip)$/
const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/
const LOOPBACK_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/

/**
 * With a token set, whoever sends it. Without one, a caller on this machine who came straight here: a proxy on this
 * machine, too, has a loopback address, and so has a web page that the operator happens to look at.
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
    detail: 'this is for callers on the same machine; start the API with ADMIN_TOKEN to do it from elsewhere',
  })
}

function isLocalCaller({ env, req }: ApiContext): boolean {
  if (!LOOPBACK_ADDRESS.test(env?.incoming?.socket.remoteAddress ?? '')) return false
  if ([...req.raw.headers.keys()].some((name) => FORWARDING_HEADER.test(name))) return false
  // A browser says where the page came from; a name that only resolves to this machine is not its name.
  const origin = req.header('Origin')
  const { host } = new URL(req.url)
  return LOOPBACK_HOST.test(host) && (origin === undefined || origin === `http://${host}`)
}

/** In a time that doesn't depend on where they differ, nor on their lengths. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
