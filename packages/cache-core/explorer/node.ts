import type { Cache } from '../src/create-cache.ts'
import type { Store } from '../src/ports/store.ts'
import type { Process } from './step.ts'

/** One process and its cache. */
export class Node implements Process {
  readonly name: string
  readonly skewMs: number
  isPaused = false
  isDead = false
  cache!: Cache<number>
  store!: Store

  constructor(index: number) {
    this.name = `P${index + 1}`
    this.skewMs = index * 1_000_000
  }
}
