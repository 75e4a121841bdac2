/** The rows: what one operation is, and which use of a library it measures. */
import type { OpenCache } from './libraries/library.ts'
import { type SizeName, sizeNames } from './sizes.ts'

export const rowNames = [
  'near',
  'peek',
  'hit',
  'tagged',
  'many',
  'singles',
  'miss',
  'cold',
  'write',
  'stampede',
] as const
export type RowName = (typeof rowNames)[number]

export const AT_ONCE = 100
export const COLD_LOAD_MS = 5

export const stampede = { processes: 4, readers: 250, loadMs: 100 } as const

interface Row {
  readonly title: string
  /** One operation. */
  readonly operation: string
  readonly use: 'near' | 'shared' | 'tagged' | 'process'
  readonly sizes: readonly SizeName[]
  /** Operations at the same time; default as the size says. */
  readonly inFlight?: number
  /** Whether the values are kept beforehand: then no operation may load. */
  readonly isFilled: boolean
  /** The most operations in one window: each needs a kept key, or takes long. */
  readonly maxOps?: number
  /** How long a load takes. Default: it is answered immediately. */
  readonly loadMs?: number
}

const SMALL = ['350 B'] as const
const NOT_HUGE = ['350 B', '18 KB'] as const

export const rows: Record<RowName, Row> = {
  near: {
    title: 'hit in memory, awaited',
    operation: 'a read',
    use: 'near',
    sizes: sizeNames,
    inFlight: 1,
    isFilled: true,
  },
  peek: {
    title: 'hit in memory, synchronous',
    operation: 'a peek',
    use: 'near',
    sizes: sizeNames,
    inFlight: 1,
    isFilled: true,
  },
  hit: { title: 'hit in Redis', operation: 'a read', use: 'shared', sizes: sizeNames, isFilled: true },
  tagged: { title: 'hit in Redis, 3 tags', operation: 'a read', use: 'tagged', sizes: NOT_HUGE, isFilled: true },
  many: {
    title: `${AT_ONCE} keys at once, hits in Redis`,
    operation: `a read of ${AT_ONCE} keys`,
    use: 'shared',
    sizes: NOT_HUGE,
    inFlight: 1,
    isFilled: true,
  },
  singles: {
    title: `${AT_ONCE} single reads at once, hits in Redis`,
    operation: `${AT_ONCE} reads`,
    use: 'shared',
    sizes: NOT_HUGE,
    inFlight: 1,
    isFilled: true,
  },
  miss: {
    title: 'miss: load and fill in Redis',
    operation: 'a read of a new key',
    use: 'shared',
    sizes: sizeNames,
    isFilled: false,
  },
  cold: {
    title: `${AT_ONCE} cold callers of one key in one process, a load of ${COLD_LOAD_MS} ms`,
    operation: `${AT_ONCE} reads of a new key`,
    use: 'shared',
    sizes: SMALL,
    inFlight: 1,
    isFilled: false,
    maxOps: 12,
    loadMs: COLD_LOAD_MS,
  },
  write: {
    title: 'write: invalidate one key in Redis',
    operation: 'a write of a kept key',
    use: 'shared',
    sizes: SMALL,
    isFilled: true,
    maxOps: 1_000,
  },
  stampede: {
    title: `stampede: ${stampede.processes} processes × ${stampede.readers} callers of one cold key, a load of ${stampede.loadMs} ms`,
    operation: 'a stampede',
    use: 'process',
    inFlight: stampede.processes * stampede.readers,
    sizes: SMALL,
    isFilled: false,
    loadMs: stampede.loadMs,
  },
}

/** Operation `i` of a row. `serial` numbers new keys. */
export function operationOf(
  row: RowName,
  cache: OpenCache,
  keys: readonly string[],
  serial: () => number,
): ((i: number) => unknown) | undefined {
  const keyAt = (i: number) => keys[i % keys.length]!
  switch (row) {
    case 'peek': {
      const { peek } = cache
      return peek && ((i) => peek(keyAt(i)))
    }
    case 'many':
    case 'singles': {
      const batches = Array.from({ length: Math.floor(keys.length / AT_ONCE) }, (_, at) =>
        keys.slice(at * AT_ONCE, (at + 1) * AT_ONCE),
      )
      const batchAt = (i: number) => batches[i % batches.length]!
      const singles = (batch: readonly string[]) => Promise.all(batch.map((key) => cache.read(key)))
      const atOnce = row === 'many' ? (cache.readMany ?? singles) : singles
      return (i) => atOnce(batchAt(i))
    }
    case 'miss':
      return () => cache.read(`new:${serial()}`)
    case 'cold':
      return () => {
        const key = `cold:${serial()}`
        return Promise.all(Array.from({ length: AT_ONCE }, () => cache.read(key)))
      }
    case 'write':
      return (i) => cache.write(keyAt(i), commit)
    default:
      return (i) => cache.read(keyAt(i))
  }
}

async function commit(): Promise<void> {}
