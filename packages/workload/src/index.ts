// No dependencies and no Node built-ins: k6 imports these files by relative path, and runs them as they are.
export { createMix, type Mix, type MixShape, type Operation } from './operations.ts'
export { type Plan, type PlanOptions, planOf } from './plan.ts'
export { random } from './random.ts'
export { type Recording, recordedStages, replayPlan } from './replay-plan.ts'
export { scatter } from './scatter.ts'
export { type Stage, type Timetable, timetable } from './timetable.ts'
export { type Crowd, type Workload, type WorkloadName, workloadNames, workloads } from './workloads.ts'
export { type Zipf, type ZipfOptions, zipf } from './zipf.ts'
