import { z } from 'zod'

/**
 * Lengths in UTF-16 units. The database's CHECKs count code points, which are never more, so valid input always fits.
 */
export const postLimits = { title: 200, content: 20_000, author: 100 } as const

/** Postgres text can't hold U+0000, and a lone surrogate would come back as another character. */
const storable = (text: string) => !text.includes('\0') && text.isWellFormed()
const notStorable = 'must not contain U+0000 or half a surrogate pair'

const title = text('title', z.string().trim().min(1))
const content = text('content', z.string())
const author = text('author', z.string().trim().min(1))

function text(name: keyof typeof postLimits, schema: z.ZodString) {
  const least = name === 'content' ? 'At most' : '1 to'
  return schema
    .max(postLimits[name])
    .refine(storable, notStorable)
    .meta({ description: `${least} ${postLimits[name]} characters (UTF-16 units)` })
}

/**
 * A whole post as a client sends it. Title and author must not be empty after trimming; content may be empty.
 * Unknown fields are refused, so clients can't set `id`, `version` and the dates.
 */
export const postInput = z.strictObject({ title, content, author })

/** At least one field of a post; the others stay unchanged. */
export const postPatch = z
  .strictObject({ title: title.optional(), content: content.optional(), author: author.optional() })
  .refine(
    (patch) => Object.values(patch).some((value) => value !== undefined),
    'give at least one of title, content, author',
  )

export type PostInput = z.output<typeof postInput>
export type PostPatch = z.output<typeof postPatch>
