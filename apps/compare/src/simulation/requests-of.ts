import type { TraceRequest } from 'traces'
import { type PlanOptions, planOf, type Workload } from 'workload'

/**
 * The operations by id of a workload, as requests. Lists and pages are left out: they live under tags that every write
 * voids, which a trace has no word for. A read-modify-write is a read and a write at the same time.
 */
export function* requestsOf(workload: Workload, options: PlanOptions): Generator<TraceRequest> {
  const plan = planOf(workload, options)
  for (let n = 0; n < plan.operations; n++) {
    const operation = plan.operationAt(n)
    if (!('id' in operation)) continue
    const { kind, id } = operation
    const at = { timeMs: plan.timeAtMs(n), key: `post:${id}` }
    if (kind === 'read' || kind === 'read-modify-write') yield { ...at, op: 'read' }
    if (kind === 'write' || kind === 'read-modify-write') yield { ...at, op: 'write' }
    // A new post is not put into the cache: what it may find there is that it was missing.
    if (kind === 'insert') yield { ...at, op: 'delete' }
  }
}
