/** What a queue of writes guarantees, checked while a schedule runs and at its end. */
import type { QueueTable, Row } from './queue-table.ts'

export const queueInvariants = [
  'a version is given once',
  'no read is older than an acknowledged write',
  'the database ends at the last acknowledged write',
  'the database never goes back',
  'the queue is empty after a drain',
  'a list is current after a drain',
  'every caller gets an answer',
] as const
export type QueueInvariant = (typeof queueInvariants)[number]

export class QueueViolation extends Error {
  readonly invariant: QueueInvariant

  constructor(invariant: QueueInvariant, message = '') {
    super(`${invariant}${message === '' ? '' : `: ${message}`}`)
    this.invariant = invariant
  }
}

/** What a reader must see at least. */
export interface Floor {
  readonly version: number
  readonly isDeleted: boolean
}

export class QueueOracle {
  readonly #versions = new Map<string, Set<number>>()
  readonly #deleted = new Set<string>()
  readonly #deleting = new Set<string>()

  floor(key: string): Floor {
    return { version: Math.max(1, ...(this.#versions.get(key) ?? [])), isDeleted: this.#deleted.has(key) }
  }

  acknowledged(key: string, { version }: Row): void {
    const known = this.#versions.get(key) ?? new Set()
    if (known.has(version)) throw new QueueViolation('a version is given once', `${key} v${version}`)
    this.#versions.set(key, known.add(version))
  }

  deleting(key: string): void {
    this.#deleting.add(key)
  }

  deleted(key: string): void {
    this.#deleted.add(key)
  }

  read(key: string, floor: Floor, row: Row | undefined): void {
    const isOld = row === undefined ? !this.#deleting.has(key) : floor.isDeleted || row.version < floor.version
    if (!isOld) return
    const found = row === undefined ? 'nothing' : `v${row.version}`
    throw new QueueViolation(
      'no read is older than an acknowledged write',
      `${key}: ${found} after v${floor.version}${floor.isDeleted ? ' and its deletion' : ''}`,
    )
  }

  /** Once the queue is drained. */
  check(table: QueueTable, keys: readonly string[]): void {
    for (const key of keys) {
      const floor = this.floor(key)
      const row = table.row(key)
      const isLast = floor.isDeleted ? row === undefined : row?.version === floor.version
      if (!isLast) {
        const last = floor.isDeleted ? 'its deletion' : `v${floor.version}`
        const stored = row === undefined ? 'nothing' : `v${row.version}`
        throw new QueueViolation('the database ends at the last acknowledged write', `${key}: ${stored}, not ${last}`)
      }
      checkGaps(key, this.#versions.get(key) ?? new Set())
      checkHistory(table, key)
    }
  }
}

function checkGaps(key: string, versions: ReadonlySet<number>): void {
  for (let version = 2; version < versions.size + 2; version++) {
    if (!versions.has(version)) throw new QueueViolation('a version is given once', `${key} has no v${version}`)
  }
}

function checkHistory({ history }: QueueTable, key: string): void {
  let last = 1
  for (const { row } of history.filter((change) => change.key === key)) {
    if (last === Number.POSITIVE_INFINITY || (row !== undefined && row.version <= last)) {
      throw new QueueViolation('the database never goes back', `${key}: v${row?.version} after v${last}`)
    }
    last = row?.version ?? Number.POSITIVE_INFINITY
  }
}
