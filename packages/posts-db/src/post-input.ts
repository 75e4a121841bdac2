import { z } from 'zod'

/**
 * Lengths in UTF-16 units, as JavaScript counts; the database's own CHECKs count code points, of which a string never
 * has more. So what passes here fits there.
 */
export const postLimits = { title: 200, content: 20_000, author: 100 } as const

/** Postgres text can't hold U+0000, and a lone surrogate would come back as another character. */
const storable = (text: string) => !text.includes('\0') && text.isWellFormed()
const notStorable = 'must not contain U+0000 or half a surrogate pair'

const title = z.string().trim().min(1).max(postLimits.title).refine(storable, notStorable)
const content = z.string().max(postLimits.content).refine(storable, notStorable)
const author = z.string().trim().min(1).max(postLimits.author).refine(storable, notStorable)

/**
 * A whole post as a client sends it. Title and author are trimmed and must not be empty then; content may be empty.
 * Unknown fields are refused, so `id`, `version` and the dates can't be set.
 */
export const postInput = z.strictObject({ title, content, author })

/** Some fields of a post, at least one; the rest stay as they are. */
export const postPatch = z
  .strictObject({ title: title.optional(), content: content.optional(), author: author.optional() })
  .refine(
    (patch) => Object.values(patch).some((value) => value !== undefined),
    'give at least one of title, content, author',
  )

export type PostInput = z.output<typeof postInput>
export type PostPatch = z.output<typeof postPatch>
