/** What the inspector's table says of a strategy's entry, column by column. */
import { count, duration } from '../live/format.ts'
import type { InspectedEntry, ShownEntry } from './entry-types.ts'

export const columns = ['Where', 'Value', 'Age', 'Fresh for', 'Removed in', 'Its load took', 'Lease', 'Tags'] as const

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
    duration(entry.ageMs),
    entry.freshForMs > 0 ? duration(entry.freshForMs) : `stale since ${duration(-entry.freshForMs)}`,
    entry.expiresInMs === null ? '' : duration(entry.expiresInMs),
    duration(entry.loadMs),
    lease,
    tagsOf(entry),
  ]
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
  const until = lease.endsInMs > 0 ? `for ${duration(lease.endsInMs)}` : 'overdue'
  return `${until}${lease.isWaitedFor ? ', awaited' : ''}`
}

/** An entry is valid while each tag that it carries has the epoch from before its load. */
function tagsOf({ tags }: ShownEntry): string {
  return tags
    .map(({ tag, carried, isCurrent }) =>
      carried === null ? `${tag}: not carried` : `${tag}: ${isCurrent ? 'current' : 'invalidated'}`,
    )
    .join(', ')
}
