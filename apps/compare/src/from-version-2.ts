import { z } from 'zod'

/** Version 2 described the guarantee of naive forms and of stores in memory as if it held in every process. */
const strategyOfVersion2 = z.looseObject({
  store: z.string(),
  promise: z.looseObject({
    readAfterWrite: z.boolean(),
    loadsPerExpiry: z.enum(['one', 'one at a time per process', 'one per read']),
    breaks: z.string().optional(),
  }),
})

const LOADS_PER_EXPIRY = {
  one: { atMost: 1, per: 'expiry' },
  'one at a time per process': { atMost: 1, per: 'process' },
  'one per read': { atMost: 1, per: 'read' },
} as const

/** Converts a comparison of version 2 to version 3. Anything else is returned unchanged. */
export function fromVersion2(json: unknown): unknown {
  const kept = z.looseObject({ schemaVersion: z.literal(2), strategies: z.array(z.unknown()) }).safeParse(json)
  if (!kept.success) return json
  return { ...kept.data, schemaVersion: 3, strategies: kept.data.strategies.map(strategyFromVersion2) }
}

/** Leaves other shapes unchanged: the schema reports what is wrong with them. */
function strategyFromVersion2(json: unknown): unknown {
  const kept = strategyOfVersion2.safeParse(json)
  if (!kept.success) return json
  const { store, promise } = kept.data
  const isCurrent = promise.readAfterWrite && promise.breaks === undefined
  const where = store === 'memory' ? 'this process' : 'every process'
  return {
    ...kept.data,
    promise: {
      ...promise,
      readAfterWrite: isCurrent && where === 'every process',
      readAfterWriteOf: isCurrent ? 'keys and tags' : 'none',
      where,
      loadsPerExpiry: LOADS_PER_EXPIRY[promise.loadsPerExpiry],
    },
  }
}
