/**
 * Preconditions for a `PUT`, `PATCH` or `DELETE` of a post (RFC 9110, section 13). They are checked in the write's transaction or,
 * under write-behind, on the post that the write is foreseen from, so that no other write can intervene between the check and the change.
 */
import type { PostJson, WriteOptions } from 'posts-db'
import type { ApiContext } from '../http/api-types.ts'
import { badRequest, Problem, shown } from '../http/problem.ts'
import { representationOf } from '../strategies/strategy-instance.ts'
import { tagsIn } from './conditional.ts'
import type { Representation } from './representation.ts'

/** One request's condition on the post that it changes. */
export interface Precondition {
  /** For the repository. Undefined: no condition. */
  readonly onlyIf: WriteOptions['onlyIf']
  /** The same, for a foreseen write. */
  allows(current: Representation): boolean
  /** The answer if it did not hold. Undefined if it held or there was no such post. */
  failed(id: number): Problem | undefined
}

/** @throws Problem 400 for a malformed header */
export function readPrecondition(context: ApiContext): Precondition {
  const match = readTags(context, 'If-Match')
  const noneMatch = readTags(context, 'If-None-Match')
  // `If-Match: *` only requires that the post exists, and a missing post is never written anyway.
  if ((match ?? '*') === '*' && noneMatch === undefined) return ANY_POST
  let failed: { readonly name: string; readonly version: number; readonly etag: string } | undefined

  function failing(etag: string): string | undefined {
    // A weak tag never matches in `If-Match`: it does not mean that two bodies are identical.
    if (Array.isArray(match) && !match.includes(etag)) return 'If-Match'
    if (noneMatch === '*' || noneMatch?.some((tag) => tag === etag || tag === `W/${etag}`)) return 'If-None-Match'
    return undefined
  }

  function allows({ version, etag }: Representation): boolean {
    const name = failing(etag)
    failed = name === undefined ? undefined : { name, version, etag }
    return name === undefined
  }

  return {
    onlyIf: (current: PostJson) => allows(representationOf(current)!),
    allows,
    failed: (id) => failed && preconditionFailed(id, failed),
  }
}

/**
 * For a write whose target has no ETag: refuses a condition that can't be checked.
 *
 * @throws Problem 400
 */
export function refusePreconditions({ req }: ApiContext): void {
  for (const name of ['If-Match', 'If-None-Match']) {
    if (req.header(name) === undefined) continue
    const detail = `${name} is for PUT, PATCH and DELETE of a post; the target of this ${req.method} has no ETag: remove the header`
    throw badRequest('no-precondition-here', detail)
  }
}

const ANY_POST: Precondition = { onlyIf: undefined, allows: () => true, failed: () => undefined }

function preconditionFailed(id: number, { name, version, etag }: { name: string; version: number; etag: string }) {
  const detail = `${name} does not hold: post ${id} is now at version ${version} with ETag ${etag}; nothing was changed`
  return new Problem({ status: 412, code: 'precondition-failed', detail, headers: { ETag: etag } })
}

function readTags({ req }: ApiContext, name: string): readonly string[] | '*' | undefined {
  const given = req.header(name)
  if (given === undefined) return undefined
  const tags = given.trim() === '*' ? '*' : tagsIn(given)
  if (tags !== undefined) return tags
  throw badRequest(
    'bad-precondition',
    `${name} is ${shown(given)}; give * or a comma-separated list of ETags in double quotes`,
  )
}
