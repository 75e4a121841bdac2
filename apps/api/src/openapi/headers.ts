import { z } from 'zod'
import { strategyName } from './schemas.ts'

const describe = (schema: z.ZodType, description: string) => schema.meta({ description })

const whole = (description: string) => describe(z.string().regex(/^\d+$/), description)
export const etag = describe(z.string().regex(/^(W\/)?"[^"]*"$/), 'A hash of the body')

/** On every answer that came through the cache, including 304 and 404. */
export const readHeaders = z.object({
  'X-Cache': describe(z.enum(['HIT', 'MISS', 'STALE', 'COLLAPSED', 'BYPASS']), 'How the read was answered'),
  'X-Cache-Strategy': strategyName,
  'Cache-Status': describe(z.string().regex(/^[\w-]+; /), 'RFC 9211'),
  'Cache-Control': describe(
    z.string().regex(/^(no-cache|no-store|max-age=\d+)$/),
    "no-cache if this process's reads are guaranteed current; no-store for the ceiling; otherwise max-age − Age is the entry's remaining freshness in whole seconds",
  ),
  Age: whole('Whole seconds since the value was loaded'),
  ETag: etag,
  'Server-Timing': describe(z.string().regex(/cache;dur=.*origin;dur=.*total;dur=/), 'Milliseconds'),
  'X-Stale-Ms': whole(
    'Milliseconds from the acknowledgement of the write that replaced the value to the arrival of the request; 0: current. ' +
      'Absent with several processes',
  ).optional(),
})

export const pageHeaders = readHeaders.extend({
  Link: describe(z.string(), 'rel="next": the next page; absent on the last').optional(),
})

/** On the HTML page. */
export const htmlHeaders = z.object({
  'X-Cache-Layers': describe(
    z.string().regex(/^[\w:]+=(HIT|MISS|STALE|COLLAPSED|BYPASS)(, [\w:]+=(HIT|MISS|STALE|COLLAPSED|BYPASS))*$/),
    'The outcome of each part: fragment:posts=MISS, fragment:authors=HIT',
  ),
  'X-Cache-Strategy': strategyName,
  'Cache-Control': describe(z.literal('private, no-cache'), 'The page contains a greeting for one reader'),
  Vary: z.string(),
  ETag: etag,
  'Content-Security-Policy': z.string(),
  'X-Content-Type-Options': z.literal('nosniff'),
})

export const problemHeaders = z.object({ 'X-Request-Id': z.string() })

export const writeHeaders = z.object({
  'X-Write-Ack': describe(
    z.enum(['database', 'memory', 'replicated', 'fsynced']),
    "Where the write was when it was acknowledged; under write-behind in Redis's memory, on a replica or on disk, and later in the database",
  ),
  'X-Cache-Strategy': strategyName,
  'X-Posts-Copy': describe(z.string(), "The Postgres schema written: the strategy's copy of the posts"),
})

export const writtenHeaders = writeHeaders.extend({ ETag: etag })

export const createdHeaders = writtenHeaders.extend({ Location: z.string() })
