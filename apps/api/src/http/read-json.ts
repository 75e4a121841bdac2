import { z } from 'zod'
import type { ApiContext } from './api-types.ts'
import { badRequest, Problem, shown } from './problem.ts'
import { unknownName } from './unknown-name.ts'

/** Enough for 20,000 characters, each written as `\uXXXX`. */
export const MAX_BODY_BYTES = 128 * 1024

/** A field of bodies that address one strategy or all. */
export const chosenStrategy = z
  .string()
  .optional()
  .meta({ description: 'The name of one strategy. Default: every strategy' })

const JSON_TYPE = /^application\/(?:json|merge-patch\+json)\s*(?:;|$)/i
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/i

/**
 * Reads and validates the request's JSON body.
 *
 * @param names the names that the error for an unknown key lists; default: all keys of the schema
 * @throws Problem 415 for another type or charset, 413 above `MAX_BODY_BYTES`, 400 for any other error
 */
export async function readJson<T extends z.ZodType>(
  context: ApiContext,
  schema: T,
  names?: readonly string[],
): Promise<z.output<T>> {
  requireJsonType(context)
  return check(schema, parse(await readBody(context)), names)
}

/** As `readJson`, but treats an empty body as `{}`, whatever its Content-Type. */
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
    // A chunked body has no Content-Length.
    for await (const chunk of (context.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length
      if (size > MAX_BODY_BYTES) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof Problem) throw cause
    // The client hung up or sent invalid HTTP: not an error of the server.
    throw new Problem({ status: 400, code: 'body-cut-off', detail: 'the body ended before it was complete' }, { cause })
  }
  return Buffer.concat(chunks)
}

function tooLarge(): Problem {
  return new Problem({ status: 413, code: 'body-too-large', detail: `the body exceeds ${MAX_BODY_BYTES} bytes` })
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

function check<T extends z.ZodType>(schema: T, body: unknown, names: readonly string[] = namesIn(schema)): z.output<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const reasons = parsed.error.issues.slice(0, 5).map((issue) => {
    // Bodies have no nested objects, so these are top-level keys.
    if (issue.code === 'unrecognized_keys') return unknownName('key', issue.keys, names)
    return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`
  })
  throw badRequest('bad-body', reasons.join('; ').slice(0, 500))
}

function namesIn(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}
