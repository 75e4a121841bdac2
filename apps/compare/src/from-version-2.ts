import { z } from 'zod'

/** How version 2 told what a strategy guarantees: a naive form, and a store of one process, as if they kept it everywhere. */
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

/** A comparison that was kept in version 2, in the form of version 3. Anything else as it is. */
export function fromVersion2(json: unknown): unknown {
  const kept = z.looseObject({ schemaVersion: z.literal(2), strategies: z.array(z.unknown()) }).safeParse(json)
  if (!kept.success) return json
  return { ...kept.data, schemaVersion: 3, strategies: kept.data.strategies.map(strategyFromVersion2) }
}

/** What has another form is left as it is: the schema says what is wrong with it. */
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
