export { type Backend, memoryBackend, type OpenBackend, redisBackend } from './backends.ts'
export type { StoryLine } from './call.ts'
export { traceBytes } from './commands.ts'
export { describeFinding } from './describe-finding.ts'
export { type Exhaustion, type ExhaustOptions, exhaust } from './exhaust.ts'
export {
  type Exploration,
  type ExploreOptions,
  explore,
  type Finding,
  type Observe,
  type Run,
  replay,
} from './explore.ts'
export { LIVE_PACE, liveRedisBackend } from './live-redis-backend.ts'
export { memcachedBackend } from './memcached-backend.ts'
export { type Invariant, Violation } from './oracle.ts'
export type { Before, Plan } from './plan.ts'
export type { Scheduler } from './scheduler.ts'
export { shrink } from './shrink.ts'
export { type SmallPlan, smallPlans } from './small-plans.ts'
export { type Process, read, type Touched, written } from './step.ts'
export type { Subject, Times, Variant } from './subject.ts'
export { tieredBackend } from './tiered-backend.ts'
export { essence, traceAsDiagram, traceInWords } from './trace.ts'
