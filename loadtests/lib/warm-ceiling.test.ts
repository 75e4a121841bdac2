import { expect, it, vi } from 'vitest'
import type { Operation } from '../../packages/workload/src/index.ts'

vi.mock('k6/http', () => ({ default: {} }))
vi.mock('k6/metrics', () => ({ Counter: class {}, Trend: class {} }))
const { readsOf } = await import('./warm-ceiling.ts')

const operations: Operation[] = [
  { kind: 'read', id: 3 },
  { kind: 'page' },
  { kind: 'read', id: 3 },
  { kind: 'write', id: 4 },
  { kind: 'read-modify-write', id: 9 },
  { kind: 'read', id: 2 },
  { kind: 'read', id: 11 },
  { kind: 'report' },
]
const plan = { operations: operations.length, operationAt: (n: number) => operations[n]! }

it('warms each process with exactly the reads that it will get', () => {
  const present = { posts: 10, missing: new Set([9]) }
  expect(readsOf(plan, present, 0, 2)).toEqual({ ids: [3, 10], kinds: [] })
  expect(readsOf(plan, present, 1, 2)).toEqual({ ids: [2], kinds: ['page', 'report'] })
  expect(readsOf(plan, present, 0, 1)).toEqual({ ids: [3, 10, 2], kinds: ['page', 'report'] })
})
