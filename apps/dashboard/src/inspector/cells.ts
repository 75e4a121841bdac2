/** What the inspector's table says of a strategy's entry, column by column. */
import { count, duration } from '../live/format.ts'
import type { InspectedEntry, ShownEntry } from './entry-types.ts'

export const columns = ['Where', 'Value', 'Age', 'Fresh for', 'Removed in', 'Load time', 'Lease', 'Tags'] as const

export function cellsOf(inspected: InspectedEntry): readonly string[] {
  const { entry } = inspected
  const where = whereOf(inspected)
  if (inspected.state === 'unknown') return [where, 'not shown by this library', '', '', '', '', '', '']
  if (inspected.store === 'none') return [where, 'keeps nothing', '', '', '', '', '', '']
  const lease = leaseOf(inspected)
  if (!entry) return [where, 'nothing', '', '', '', '', lease, '']
  return [
    where,
    valueText(entry),
    span(entry.ageMs),
    entry.freshForMs > 0 ? span(entry.freshForMs) : `stale for ${span(-entry.freshForMs)}`,
    entry.expiresInMs === null ? '' : span(entry.expiresInMs),
    entry.loadMs < 0.005 ? 'written, not loaded' : duration(entry.loadMs),
    lease,
    tagsOf(entry),
  ]
}

const DAY_MS = 86_400_000

/** Also of entries that last for years. */
function span(ms: number): string {
  return ms < 2 * DAY_MS ? duration(ms) : `${count(Math.floor(ms / DAY_MS))}\u00a0days`
}

function whereOf({ store, isNear }: InspectedEntry): string {
  switch (store) {
    case 'redis':
      return 'Redis'
    case 'memcached':
      return 'memcached'
    case 'memory':
      return 'memory'
    case 'tiered':
      return isNear ? 'Redis and memory' : 'Redis, not in memory'
    case 'none':
      return 'nowhere'
  }
}

function valueText({ kind, version, preview = '', bytes }: ShownEntry): string {
  if (kind === 'absent') return 'there is no such post'
  return `${version ? `version ${count(version)}, ` : ''}${count(bytes)} bytes: ${preview}`
}

function leaseOf({ lease }: InspectedEntry): string {
  if (lease === undefined) return ''
  if (lease === null) return 'none'
  const until = lease.endsInMs > 0 ? `${duration(lease.endsInMs)} left` : 'overdue'
  return `${until}${lease.isWaitedFor ? ', readers waiting' : ''}`
}

/** An entry is valid while each tag that it carries has the epoch from before its load. */
function tagsOf({ tags }: ShownEntry): string {
  return tags
    .map(({ tag, carried, isCurrent }) =>
      carried === null ? `${tag}: not carried` : `${tag}: ${isCurrent ? 'current' : 'invalidated'}`,
    )
    .join(', ')
}
