import type { LibraryName } from '../libraries/names.ts'

/** The worker's argument. */
export interface WorkerOptions {
  readonly redisUrl: string
  readonly libraries: readonly LibraryName[]
  readonly seed: number
}

export interface Stampede {
  readonly library: LibraryName
  readonly key: string
  readonly readers: number
  /** The wall-clock time at which all processes begin. */
  readonly startAt: number
}

/** `ready` once all libraries are open, `done` when all readers are answered. */
export type WorkerReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly loads: number; readonly waitsMs: readonly number[]; readonly cpuUs: number }
