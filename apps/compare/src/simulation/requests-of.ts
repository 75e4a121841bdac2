import { postKey } from 'posts-db/keys'
import { type PlanOptions, planOf, type Workload } from 'workload'
import type { TraceRequest } from 'workload/traces'
import { formatCount } from './labels.ts'

/**
 * A workload's operations by id, as requests. Lists and pages are left out: every write invalidates their tags, which a
 * trace can't express. A read-modify-write is a read and a write at the same time.
 */
export function* requestsOf(workload: Workload, options: PlanOptions): Generator<TraceRequest> {
  const plan = planOf(workload, options)
  /** One text per post. A new one for each request would have to be hashed again for each lookup. */
  const keys: string[] = []
  for (let n = 0; n < plan.operations; n++) {
    const operation = plan.operationAt(n)
    if (!('id' in operation)) continue
    const { kind, id } = operation
    keys[id] ??= postKey(id)
    const key = keys[id]
    const timeMs = plan.timeAtMs(n)
    if (kind === 'read' || kind === 'read-modify-write') yield { timeMs, op: 'read', key }
    if (kind === 'write' || kind === 'read-modify-write') yield { timeMs, op: 'write', key }
    // An insert does not fill the cache, but it invalidates an absent entry.
    if (kind === 'insert') yield { timeMs, op: 'delete', key }
  }
}

/** Each takes about 100 bytes. */
const MAX_OPERATIONS = 10_000_000

/**
 * The requests of the warm-up, then at most `limit` that are counted.
 *
 * @throws Error if they are too many to be kept, or if none would be counted
 */
export function requestsToCount(
  workload: Workload,
  options: PlanOptions,
  limit: number,
): { readonly requests: TraceRequest[]; readonly counted: number } {
  const { operations, warmupOperations, warmupMs } = planOf(workload, options)
  // Not exact, since an operation is no request, one or two. But it is known before any request is made.
  const needed = warmupOperations + Math.min(limit, operations - warmupOperations)
  if (needed > MAX_OPERATIONS) {
    throw new Error(
      `--ttl and --duration need ${formatCount(needed)} operations, with a warm-up as long as the longest TTL; ` +
        `give shorter ones, for at most ${formatCount(MAX_OPERATIONS)}`,
    )
  }
  const requests: TraceRequest[] = []
  let counted = 0
  for (const request of requestsOf(workload, options)) {
    if (request.timeMs >= warmupMs && ++counted > limit) break
    requests.push(request)
  }
  if (counted === 0) throw new Error('--duration is too short: nothing would be counted')
  return { requests, counted: Math.min(counted, limit) }
}
