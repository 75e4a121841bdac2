import { createMix, type MixShape } from 'workload'
import { z } from 'zod'

export const LOAD_LIMITS = { ratePerSecond: 200, seconds: 60 } as const

const WHOLE_MS = 'whole milliseconds'

const wholeNumber = (min: number, max: number, description: string, unit = 'a whole number') => {
  const range = `${unit} from ${min} to ${max}`
  return z
    .int(`give ${range}`)
    .min(min, `give ${range}`)
    .max(max, `give ${range}`)
    .meta({ description: `${description}: ${range}` })
}

const number = (min: number, max: number, description: string) => {
  const range = `a number from ${min} to ${max}`
  return z
    .number(`give ${range}`)
    .min(min, `give ${range}`)
    .max(max, `give ${range}`)
    .meta({ description: `${description}: ${range}` })
}

export const chosenStrategies = z
  .array(z.string())
  .min(1, 'give at least one name, or leave it out for every strategy')
  .optional()
  .meta({ description: 'The names of strategies. Default: every strategy' })

/** The defaults show each strategy's effect within seconds: entries expire, and a load takes long enough to be waited for. */
export const loadRequest = z.strictObject({
  strategies: chosenStrategies,
  ratePerSecond: wholeNumber(1, LOAD_LIMITS.ratePerSecond, 'Operations a second, for each strategy').default(50),
  seconds: wholeNumber(1, LOAD_LIMITS.seconds, 'How long it runs').default(30),
  zipf: number(0, 2, "Exponent of the posts' popularity, 0 for all alike").default(1),
  writeShare: number(0, 1, 'Share of the operations that write').default(0.02),
  posts: wholeNumber(1, 10_000, 'Posts that are read and written').default(200),
  ttlMs: wholeNumber(1, 86_400_000, 'How long an entry is fresh while the load runs', WHOLE_MS).default(10_000),
  originDelayMs: wholeNumber(0, 60_000, 'Added to each load of posts while it runs', WHOLE_MS).default(50),
})

/** A load, without its strategies. */
export type LoadShape = Omit<z.output<typeof loadRequest>, 'strategies'>

export function mixOf({ posts, zipf, writeShare }: Pick<LoadShape, 'posts' | 'zipf' | 'writeShare'>) {
  const shape: MixShape = {
    posts,
    zipf,
    writeShare,
    popularity: 'zipf',
    listShare: 0,
    pageShare: 0,
    reportShare: 0,
    insertShare: 0,
    readModifyWriteShare: 0,
  }
  return createMix(shape, 1)
}

/** The post that a load reads most. */
export function hottestIdOf(load: Pick<LoadShape, 'posts' | 'zipf' | 'writeShare'>): number {
  return mixOf(load).hotId!
}
