/** What each strategy has under a key, for the live page. Changes nothing. */
import type { EntryDescription } from 'cache-core'
import { LISTS_TAG, POST_KEY_PREFIX } from 'posts-db/keys'
import { representationCodec } from '../posts/representation.ts'
import { within } from '../process/within.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'

const ANSWER_WITHIN_MS = 500
/** Of a body. */
const PREVIEW_CHARACTERS = 300

/** The body of `GET /api/entries`, for one strategy. */
export async function inspectUnder(instance: StrategyInstance, key: string) {
  const { name, storeKind } = instance
  const tags = tagsOf(key)
  const asked = within(
    instance.inspect(key, tags),
    ANSWER_WITHIN_MS,
    `${name} gave no answer within ${ANSWER_WITHIN_MS} ms`,
  )
  const inspected = await asked.catch(() => undefined)
  if (inspected === undefined) return { strategy: name, store: storeKind, state: 'unknown' as const }
  const { entry, bytes, expiresInMs = null, lease, epochs, now, isNear } = inspected
  const shown = entry && {
    ...(entry.isAbsent ? { kind: 'absent' as const } : valueParts(entry)),
    bytes,
    ageMs: Math.round(now - entry.loadedAt),
    loadMs: entry.loadMs,
    freshForMs: Math.round(entry.freshUntil - now),
    expiresInMs,
    identity: entry.identity,
    tags: tags.map((tag, i) => ({
      tag,
      carried: entry.epochs[i] ?? null,
      current: epochs[i] ?? null,
      isCurrent: entry.epochs[i] === undefined || entry.epochs[i] === epochs[i],
    })),
  }
  const lent = lease === undefined ? {} : { lease: lease && { ...lease, endsInMs: Math.round(lease.endsInMs) } }
  return { strategy: name, store: storeKind, state: 'known' as const, isNear, entry: shown ?? null, ...lent }
}

/** Those that the API's reads of this key pass. */
function tagsOf(key: string): readonly string[] {
  return key.startsWith(POST_KEY_PREFIX) ? [] : [LISTS_TAG]
}

/** Whole pages are kept as bytes, without version and ETag. */
function valueParts({ payload }: EntryDescription) {
  const preview = (text: string) => (text.length > PREVIEW_CHARACTERS ? `${text.slice(0, PREVIEW_CHARACTERS)}…` : text)
  try {
    const { version, etag, text } = representationCodec.decode(payload)
    return { kind: 'value' as const, version, etag, preview: preview(text) }
  } catch {
    return { kind: 'value' as const, preview: preview(payload.toString()) }
  }
}
