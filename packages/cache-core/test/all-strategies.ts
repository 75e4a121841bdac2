/**
 * Every strategy of the library, for the suites: for each file of `src/strategies`, its export in `src/index.ts`.
 * There is no list to maintain; `every-strategy.test.ts` names the missing parts of a new file.
 */
import { readdirSync } from 'node:fs'
import { offered } from '../explorer/offered.ts'
import type { LifetimeOptions, OneLoaderOptions, ReadStrategy, WriteLog, WriteStrategy } from '../src/index.ts'
import * as library from '../src/index.ts'
import { invalidate, staleIfError, stampedeLock, writeBehind } from '../src/index.ts'

/** The options set by the suites. Each strategy takes those it knows. */
export interface SuiteOptions extends LifetimeOptions, OneLoaderOptions {
  readonly staleMs?: number
  readonly beta?: number
}

type ReadFactory = (options?: SuiteOptions) => ReadStrategy
type WriteFactory = () => WriteStrategy

/** Files shared by strategies that are not strategies themselves. */
const helpers = ['commit-change', 'lifetime', 'one-loader']

const never = async () => {
  throw new Error('there is no queue')
}
const noQueue = { buckets: 1, newest: never, append: never, inTurn: never } as unknown as WriteLog

/** How to build strategies that need more than options, by file name. */
const built: Readonly<Record<string, ReadFactory | WriteFactory>> = {
  'stale-if-error': (options: SuiteOptions = {}) => {
    const { staleMs } = options
    const decorated = staleIfError(stampedeLock(options), staleMs === undefined ? {} : { forMs: staleMs })
    return { ...decorated, name: 'stale-if-error' }
  },
  'write-behind': () => writeBehind({ log: noQueue, otherwise: invalidate() }),
}

/** Write strategies with suites of their own, `write-behind*.test.ts`: they need a queue, which only Redis has. */
const queued = ['write-behind']

/** `stampede-lock`: the name of the file and of the strategy. */
export const strategyFiles: readonly string[] = readdirSync(new URL('../src/strategies', import.meta.url))
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !helpers.includes(name))

/** `stampedeLock`: the export of the file. */
export function factoryName(file: string): string {
  return file.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase())
}

/** `undefined`: the library has no such export. */
export function factoryOf(file: string): ReadFactory | WriteFactory | undefined {
  return built[file] ?? (library as unknown as Record<string, ReadFactory | WriteFactory>)[factoryName(file)]
}

const factories = strategyFiles.map(factoryOf).filter((factory) => factory !== undefined)
const isWrite = (factory: ReadFactory | WriteFactory): factory is WriteFactory => 'write' in factory()

export const writes: readonly WriteFactory[] = factories
  .filter(isWrite)
  .filter((write) => !queued.includes(write().name))
export const reads: readonly ReadFactory[] = factories
  .filter((factory): factory is ReadFactory => !isWrite(factory))
  .map((factory) => (options) => factory(options && offered(options)))
/** Strategies that keep entries, and so can race. */
export const cachingReads: readonly ReadFactory[] = reads.filter((read) => read().lifetime !== undefined)
/** Strategies that guarantee current reads, and so can lose a race. */
export const currentWrites: readonly WriteFactory[] = writes.filter(
  (write) => write().guarantee.readAfterWriteOf !== 'none',
)

/** By file name. */
export function readNamed(file: string): ReadFactory {
  return reads.find((read) => read().name === file)!
}
