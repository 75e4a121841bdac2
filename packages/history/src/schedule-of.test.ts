import { expect, it } from 'vitest'
import { checkHistory } from './check-history.ts'
import type { Operation } from './operation.ts'
import { scheduleOf } from './schedule-of.ts'

const op = (
  client: string,
  op: 'read' | 'write',
  version: number,
  start: number,
  end: number,
  key = 'post:1',
): Operation => ({
  client,
  key,
  op,
  version,
  start,
  end,
  outcome: 'ok',
})

it('shows the operations on the key before the stale read, from shortly before the missing write', () => {
  const operations = [
    op('long ago', 'read', 1, 100, 101),
    op('slow', 'read', 1, 998, 1_020),
    op('w', 'write', 2, 1_000, 1_010),
    op('other key', 'write', 9, 1_005, 1_006, 'post:2'),
    op('r', 'read', 1, 1_030, 1_031),
    op('later', 'read', 1, 1_040, 1_041),
  ]
  const [violation] = checkHistory(operations, { readAfterWrite: true }).violations
  const lines = scheduleOf(violation!, operations)
  expect(lines).toHaveLength(4)
  expect(lines[0]).toMatch(/^read-after-write, 20\.000 ms after/)
  expect(lines.slice(1).map((line) => /client (.+?) (?:reads|writes)/.exec(line)?.[1])).toEqual(['slow', 'w', 'r'])
})

it('omits the middle of a long schedule, and says how much', () => {
  const reads = Array.from({ length: 30 }, (_, at) => op(`r${at}`, 'read', 2, 1_012 + at, 1_012.5 + at))
  const operations = [op('w', 'write', 2, 1_000, 1_010), ...reads, op('old', 'read', 1, 1_100, 1_101)]
  const [violation] = checkHistory(operations, { readAfterWrite: true }).violations
  const lines = scheduleOf(violation!, operations)
  expect(lines).toHaveLength(1 + 9 + 1 + 2)
  expect(lines[10]).toBe('  … 21 more operations …')
  expect(lines.at(-1)).toContain('client old reads')
})
