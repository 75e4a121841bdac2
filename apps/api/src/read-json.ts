import type { z } from 'zod'
import type { ApiContext } from './api-types.ts'
import { badRequest, Problem, shown } from './problem.ts'

/** 20,000 characters fit, each written as `\uXXXX`. */
export const MAX_BODY_BYTES = 128 * 1024

const JSON_TYPE = /^application\/(?:json|merge-patch\+json)\s*(?:;|$)/i
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/i

/**
 * The request's JSON body, checked.
 *
 * @throws Problem 415 for another type or charset, 413 above `MAX_BODY_BYTES`, 400 for anything else that is wrong
 */
export async function readJson<T extends z.ZodType>(context: ApiContext, schema: T): Promise<z.output<T>> {
  requireJsonType(context)
  return check(schema, parse(await readBody(context)))
}

/** As `readJson`; no body at all is as good as `{}`, whatever it is said to be. */
export async function readOptionalJson<T extends z.ZodType>(context: ApiContext, schema: T): Promise<z.output<T>> {
  const body = await readBody(context)
  if (body.length === 0) return check(schema, {})
  requireJsonType(context)
  return check(schema, parse(body))
}

function requireJsonType(context: ApiContext): void {
  const type = context.req.header('Content-Type') ?? ''
  if (!JSON_TYPE.test(type)) {
    throw new Problem({ status: 415, code: 'json-only', detail: 'send the body as Content-Type: application/json' })
  }
  const charset = CHARSET.exec(type)?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) {
    const detail = `the charset is ${shown(charset)}; send the body in UTF-8`
    throw new Problem({ status: 415, code: 'utf-8-only', detail })
  }
}

async function readBody(context: ApiContext): Promise<Buffer> {
  if (Number(context.req.header('Content-Length')) > MAX_BODY_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    // A chunked body says no length beforehand.
    for await (const chunk of (context.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length
      if (size > MAX_BODY_BYTES) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof Problem) throw cause
    // The client hung up, or sent what is no HTTP: nothing is wrong here, and nobody may be left to read it.
    throw new Problem({ status: 400, code: 'body-cut-off', detail: 'the body ended before it was whole' }, { cause })
  }
  return Buffer.concat(chunks)
}

function tooLarge(): Problem {
  return new Problem({ status: 413, code: 'body-too-large', detail: `a body has at most ${MAX_BODY_BYTES} bytes` })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body))
  } catch (cause) {
    const detail = 'the body is not JSON in UTF-8'
    throw new Problem({ status: 400, code: 'malformed-json', detail }, { cause })
  }
}

function check<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const reasons = parsed.error.issues.slice(0, 5).map(({ path, message }) => {
    return path.length === 0 ? message : `${path.join('.')}: ${message}`
  })
  throw badRequest('bad-body', reasons.join('; ').slice(0, 500))
}
