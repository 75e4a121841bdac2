import { z } from 'zod'
import { strategyName } from './schemas.ts'

const describe = (schema: z.ZodType, description: string) => schema.meta({ description })

const whole = (description: string) => describe(z.string().regex(/^\d+$/), description)
const etag = describe(z.string().regex(/^(W\/)?"[^"]*"$/), 'Made of the body')

/** On every answer that came through the cache, 304 and 404 too. */
export const readHeaders = z.object({
  'X-Cache': describe(z.enum(['HIT', 'MISS', 'STALE', 'COLLAPSED', 'BYPASS']), 'How the read was answered'),
  'X-Cache-Strategy': strategyName,
  'Cache-Status': describe(z.string().regex(/^[\w-]+; /), 'RFC 9211'),
  'Cache-Control': describe(
    z.string().regex(/^(no-cache|max-age=\d+)$/),
    'no-cache where reads of this process are guaranteed current; elsewhere max-age − Age is what is left of the entry, in whole seconds',
  ),
  Age: whole('Whole seconds since the value was loaded'),
  ETag: etag,
  'Server-Timing': describe(z.string().regex(/cache;dur=.*origin;dur=.*total;dur=/), 'Milliseconds'),
  'X-Stale-Ms': whole(
    'For how many milliseconds the value had been replaced by an acknowledged write when the request came; 0: current. ' +
      'Absent when several processes serve',
  ).optional(),
})

export const pageHeaders = readHeaders.extend({
  Link: describe(z.string(), 'rel="next": the next page; absent on the last').optional(),
})

export const problemHeaders = z.object({ 'X-Request-Id': z.string() })

export const writeHeaders = z.object({
  'X-Write-Ack': describe(z.enum(['database']), 'Who had the write when it was acknowledged'),
  'X-Cache-Strategy': strategyName,
  'X-Posts-Copy': describe(z.string(), "The Postgres schema that was written: the strategy's own copy of the posts"),
})

export const writtenHeaders = writeHeaders.extend({ ETag: etag })

export const createdHeaders = writtenHeaders.extend({ Location: z.string() })
