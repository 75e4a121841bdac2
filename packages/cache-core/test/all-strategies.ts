/**
 * Every strategy of the library, for the suites: each file of `src/strategies`, by what `src/index.ts` exports of it.
 * There is no list to add one to; `every-strategy.test.ts` names what a new file lacks.
 */
import { readdirSync } from 'node:fs'
import type { LifetimeOptions, OneLoaderOptions, ReadStrategy, WriteStrategy } from '../src/index.ts'
import * as library from '../src/index.ts'

/** What the suites hold in their hands. Each strategy takes of it what it knows. */
export interface SuiteOptions extends LifetimeOptions, OneLoaderOptions {
  readonly staleMs?: number
}

type ReadFactory = (options?: SuiteOptions) => ReadStrategy
type WriteFactory = () => WriteStrategy

/** Files that strategies share, and that are none themselves. */
const helpers = ['commit-change', 'lifetime', 'one-loader']

/** How to build those that are not built from options alone, by the names of their files. */
const built: Readonly<Record<string, ReadFactory>> = {}

/** `stampede-lock`: the file's name, and what the strategy calls itself. */
export const strategyFiles: readonly string[] = readdirSync(new URL('../src/strategies', import.meta.url))
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !helpers.includes(name))

/** `stampedeLock`: what the file exports. */
export function factoryName(file: string): string {
  return file.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase())
}

/** `undefined`: the library exports nothing of that name. */
export function factoryOf(file: string): ReadFactory | WriteFactory | undefined {
  return built[file] ?? (library as unknown as Record<string, ReadFactory | WriteFactory>)[factoryName(file)]
}

const factories = strategyFiles.map(factoryOf).filter((factory) => factory !== undefined)
const isWrite = (factory: ReadFactory | WriteFactory): factory is WriteFactory => 'write' in factory()

export const writes: readonly WriteFactory[] = factories.filter(isWrite)
export const reads: readonly ReadFactory[] = factories.filter((factory): factory is ReadFactory => !isWrite(factory))
/** Those that keep something, and so have entries to be raced for. */
export const cachingReads: readonly ReadFactory[] = reads.filter((read) => read().lifetime !== undefined)
/** Those after which reads are current, and so have a race to lose. */
export const currentWrites: readonly WriteFactory[] = writes.filter(
  (write) => write().guarantee.readAfterWriteOf !== 'none',
)
