import { postKey } from 'posts-db/keys'
import { type PlanOptions, planOf, type Workload } from 'workload'
import type { TraceRequest } from 'workload/traces'

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
