import type { Operation } from '../../packages/workload/src/index.ts'
import type { Slices } from './expiries.ts'
import { hotWrites, loadsBegun } from './metrics.ts'
import { presentId } from './present-id.ts'
import { type Phase, recordRead, recordWrite } from './record.ts'
import {
  createPost,
  type ReadAnswer,
  readList,
  readPage,
  readPost,
  readReport,
  renamePost,
  type Target,
} from './requests.ts'

/** The target of an operation, and the data to record with it. */
export interface OperationContext {
  target: Target
  phase: Phase
  /** How long after its intended start it begins. */
  lagMs: number
  /** Time since the measured phase began. */
  measuredForMs: number
  /** The table's posts have ids up to this one. In the plan, ids above it are posts that the load inserts. */
  posts: number
  /** The table's posts that were deleted before the run. */
  missing: ReadonlySet<number>
  /** The table's last id before the inserts. */
  lastId: number
  /** The post whose loads are counted, and the time slices for that. */
  hot: { id: number; slices: Slices } | null
}

/** Executes the n-th operation and records the result. */
export function execute(operation: Operation, n: number, at: OperationContext): void {
  const { target, phase, lagMs } = at
  const { strategy } = target
  switch (operation.kind) {
    case 'list':
      recordRead(strategy, phase, 'list', readList(target), lagMs)
      break
    case 'page':
      recordRead(strategy, phase, 'page', readPage(target), lagMs)
      break
    case 'report':
      recordRead(strategy, phase, 'report', readReport(target), lagMs)
      break
    case 'insert':
      recordWrite(strategy, phase, createPost(target, `Post inserted by operation ${n}`), lagMs)
      break
    case 'read':
      read(operation.id, at)
      break
    case 'write':
      write(operation.id, n, lagMs, at)
      break
    case 'read-modify-write':
      // The write is due when the read ends.
      if (!('failure' in read(operation.id, at))) write(operation.id, n, 0, at)
  }
}

function read(id: number, at: OperationContext): ReadAnswer {
  const { target, phase, posts, lagMs } = at
  // A read may precede the insert of its post.
  const answer = readPost(target, realId(id, at), id > posts)
  recordRead(target.strategy, phase, 'read', answer, lagMs)
  const slice = sliceOf(id, at)
  if (slice !== null && 'outcome' in answer && answer.outcome === 'misses') {
    loadsBegun.add(1, { strategy: target.strategy, slice: String(slice) })
  }
  return answer
}

function write(id: number, n: number, lagMs: number, at: OperationContext): void {
  const { target, phase } = at
  const title = `Post ${id}, renamed by operation ${n}`
  recordWrite(target.strategy, phase, renamePost(target, realId(id, at), title), lagMs)
  if (sliceOf(id, at) !== null) hotWrites.add(1, { strategy: target.strategy })
}

function realId(id: number, { posts, missing, lastId }: OperationContext): number {
  return id <= posts ? presentId(id, posts, missing) : lastId + id - posts
}

/** The slice in which the operation begins; null if its loads are not counted. */
function sliceOf(id: number, { phase, measuredForMs, hot }: OperationContext): number | null {
  if (phase !== 'measured' || id !== hot?.id) return null
  const slice = Math.max(0, Math.floor(measuredForMs / hot.slices.sliceMs))
  return slice < hot.slices.count ? slice : null
}
