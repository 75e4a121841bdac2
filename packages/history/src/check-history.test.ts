import { describe, expect, it } from 'vitest'
import { checkHistory } from './check-history.ts'
import { FINAL_CLIENT, type Operation } from './operation.ts'
import type { Guaranteed, Verdict } from './verdict.ts'

type Times = readonly [start: number, end: number]

function write(client: string, version: number, [start, end]: Times, rest: Partial<Operation> = {}): Operation {
  return { client, key: 'post:1', op: 'write', version, start, end, outcome: 'ok', status: 200, ...rest }
}

function read(client: string, version: number, [start, end]: Times, rest: Partial<Operation> = {}): Operation {
  return { client, key: 'post:1', op: 'read', version, start, end, outcome: 'ok', status: 200, ...rest }
}

const unknown = { version: null, outcome: 'unknown', status: 0 } as const

const CURRENT: Guaranteed = { readAfterWrite: true }
const WITHIN_100_MS: Guaranteed = { readAfterWrite: false, staleForAtMostMs: 100 }

/** The violations found, by kind. */
function found({ counts }: Verdict): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

describe('read after write', () => {
  const old = read('b', 1, [21, 22])

  it('a read that begins after an acknowledged write and returns an older version is a breach, with its proof and its age', () => {
    const newer = write('a', 2, [10, 20])
    const verdict = checkHistory([newer, old], CURRENT)
    expect(verdict.holds).toBe(false)
    expect(verdict.violations).toEqual([
      { kind: 'read-after-write', promised: true, operations: [newer, old], staleMs: 1 },
    ])
    expect(verdict.staleness).toEqual({ count: 1, p50: 1, p90: 1, p99: 1, max: 1 })
  })

  it('so is a stale read by the writer itself', () => {
    expect(found(checkHistory([write('b', 2, [10, 20]), old], CURRENT))).toEqual({ 'read-after-write': 1 })
  })

  it('its age counts from the first acknowledged newer write, not from the newest', () => {
    const history = [write('a', 4, [0, 3]), write('c', 2, [0, 2]), write('d', 3, [1, 9]), read('b', 1, [12, 13])]
    expect(checkHistory(history, CURRENT).violations).toMatchObject([{ staleMs: 10, operations: [{ version: 2 }, {}] }])
  })

  it.each<[string, Operation[]]>([
    ['a read that begins as the write ends', [write('a', 2, [10, 21]), old]],
    ['a read under way when the write ends', [write('a', 2, [10, 20]), read('b', 1, [19, 30])]],
    ['a read of the written version', [write('a', 2, [10, 20]), read('b', 2, [21, 22])]],
    [
      'a newer version while its write is under way',
      [write('a', 2, [1, 2]), write('c', 3, [10, 40]), read('b', 3, [12, 13])],
    ],
    ['another key', [write('a', 2, [10, 20], { key: 'post:2' }), old]],
    ['a refused write', [write('a', 2, [10, 20], { outcome: 'failed', status: 400, version: null }), old]],
    ['a write of unknown outcome, which may not have happened', [write('a', 2, [10, 20], unknown), old]],
    ['a failed read', [write('a', 2, [10, 20]), read('b', 1, [21, 22], { outcome: 'failed', version: null })]],
  ])('no breach: %s', (_, history) => {
    expect(checkHistory(history, CURRENT)).toMatchObject({ holds: true, violations: [] })
  })

  it('a write of unknown outcome may take effect long after its end: until then both versions are allowed', () => {
    const history = [
      write('a', 2, [0, 1]),
      write('b', 3, [2, 3], unknown),
      read('c', 2, [10, 11]),
      read('d', 3, [1_000, 1_001]),
      write('a', 4, [1_002, 1_003]),
    ]
    expect(found(checkHistory(history, CURRENT))).toEqual({})
  })

  it('is only counted where it is not guaranteed', () => {
    const verdict = checkHistory([write('a', 2, [10, 20]), old], WITHIN_100_MS)
    expect(verdict.holds).toBe(true)
    expect(found(verdict)).toEqual({ 'read-after-write': 1 })
  })
})

describe('the time bound', () => {
  it('a read that begins later than the bound after an acknowledged write and returns an older version is a breach', () => {
    const verdict = checkHistory([write('a', 2, [10, 20]), read('b', 1, [120.5, 121])], WITHIN_100_MS)
    expect(verdict.holds).toBe(false)
    expect(verdict.violations.find(({ kind }) => kind === 'time-bound')).toMatchObject({
      promised: true,
      staleMs: 100.5,
    })
  })

  it('a read that begins within the bound is no breach, however late it ends', () => {
    const verdict = checkHistory([write('a', 2, [10, 20]), read('b', 1, [120, 900])], WITHIN_100_MS)
    expect(verdict.holds).toBe(true)
    expect(found(verdict)).toEqual({ 'read-after-write': 1 })
  })
})

describe('monotonic reads', () => {
  const newer = read('b', 2, [11, 12])
  const older = read('b', 1, [21, 22])

  it('an older version than before, after the newer one was acknowledged, is also a breach of read-after-write', () => {
    const acknowledged = write('a', 2, [10, 20])
    const verdict = checkHistory([acknowledged, newer, older], CURRENT)
    expect(found(verdict)).toEqual({ 'read-after-write': 1, 'monotonic-reads': 1 })
    const violation = verdict.violations.find(({ kind }) => kind === 'monotonic-reads')
    expect(violation).toMatchObject({ promised: true, operations: [acknowledged, newer, older] })
  })

  it('before it was acknowledged: counted separately, guaranteed by no strategy', () => {
    const verdict = checkHistory([write('a', 2, [10, 30]), newer, older], CURRENT)
    expect(verdict.holds).toBe(true)
    expect(verdict.violations).toEqual([
      { kind: 'monotonic-reads-before-ack', promised: false, operations: [newer, older] },
    ])
  })

  it('the same if it was never acknowledged', () => {
    const verdict = checkHistory([write('a', 2, [10, 20], unknown), newer, older], CURRENT)
    expect(found(verdict)).toEqual({ 'monotonic-reads-before-ack': 1 })
  })

  it.each<[string, Operation]>([
    ['two clients', { ...older, client: 'c' }],
    ['two keys', { ...older, key: 'post:2' }],
    ['the same version again', { ...older, version: 2 }],
  ])('no breach: %s', (_, second) => {
    expect(found(checkHistory([write('a', 2, [10, 30]), newer, second], CURRENT))).toEqual({})
  })
})

describe('lost updates', () => {
  it('two acknowledged writes with one version', () => {
    const [first, second] = [write('a', 2, [0, 5]), write('b', 2, [1, 6])]
    const verdict = checkHistory([second, first], CURRENT)
    expect(verdict.violations).toEqual([{ kind: 'lost-update', promised: true, operations: [first, second] }])
  })

  it('a write acknowledged with a lower version than one acknowledged before it began', () => {
    const [first, second] = [write('a', 3, [0, 5]), write('b', 2, [6, 7])]
    const verdict = checkHistory([first, second], CURRENT)
    expect(verdict.violations).toEqual([{ kind: 'lost-update', promised: true, operations: [first, second] }])
  })

  it('each acknowledged write that is missing at the end', () => {
    const writes = [write('a', 2, [0, 1]), write('a', 3, [2, 3]), write('a', 4, [4, 5])]
    const final = read(FINAL_CLIENT, 2, [10, 11])
    const verdict = checkHistory([...writes, final], CURRENT)
    expect(verdict.violations.map(({ kind, operations }) => [kind, operations])).toEqual([
      ['lost-update', [writes[1], final]],
      ['lost-update', [writes[2], final]],
    ])
  })

  it.each<[string, Operation[]]>([
    [
      'two concurrent writes that are acknowledged in the opposite order',
      [write('a', 3, [0, 5]), write('b', 2, [1, 9])],
    ],
    ['the same version of two keys', [write('a', 2, [0, 5]), write('b', 2, [0, 5], { key: 'post:2' })]],
    ['the last write is read at the end', [write('a', 2, [0, 5]), read(FINAL_CLIENT, 2, [6, 7])]],
    [
      'a write of unknown outcome is read at the end',
      [write('a', 2, [0, 5]), write('b', 3, [0, 5], unknown), read(FINAL_CLIENT, 3, [6, 7])],
    ],
  ])('no breach: %s', (_, history) => {
    expect(checkHistory(history, CURRENT)).toMatchObject({ holds: true, violations: [] })
  })

  it('names the written keys without a final read', () => {
    const history = [write('a', 2, [0, 1]), write('a', 2, [2, 3], { key: 'post:2' }), read(FINAL_CLIENT, 2, [9, 10])]
    expect(checkHistory(history, CURRENT).withoutFinalRead).toEqual(['post:2'])
  })
})

describe('reads from the future', () => {
  it('a version whose write began after the read had ended', () => {
    const [early, late] = [read('b', 2, [1, 2]), write('a', 2, [3, 4])]
    const verdict = checkHistory([early, late], CURRENT)
    expect(verdict.violations).toEqual([{ kind: 'read-from-the-future', promised: true, operations: [late, early] }])
  })

  it('a version that was never written', () => {
    const history = [write('a', 2, [0, 1]), read('b', 3, [2, 3])]
    expect(found(checkHistory(history, CURRENT))).toEqual({ 'read-from-the-future': 1 })
  })

  it('more versions than there were writes of unknown outcome', () => {
    const history = [write('a', 2, [0, 1]), write('c', 3, [1, 2], unknown), read('b', 3, [2, 3]), read('d', 4, [2, 3])]
    const verdict = checkHistory(history, CURRENT)
    expect(verdict.violations).toMatchObject([{ kind: 'read-from-the-future', operations: [{ version: 4 }] }])
  })

  it('a version of a write of unknown outcome that is missing at the end', () => {
    const history = [
      write('a', 2, [0, 1]),
      write('c', 3, [1, 2], unknown),
      read('b', 3, [2, 3]),
      read(FINAL_CLIENT, 2, [9, 10]),
    ]
    expect(found(checkHistory(history, CURRENT))).toEqual({ 'read-from-the-future': 1 })
  })

  it.each<[string, Operation[]]>([
    ['a read under way when its write begins', [read('b', 2, [1, 3]), write('a', 2, [3, 4])]],
    ['the version from before all writes', [read('b', 1, [1, 2]), write('a', 2, [3, 4])]],
    [
      'a version of unknown outcome after its write began',
      [write('a', 2, [0, 1]), read('b', 3, [2, 3]), write('c', 3, [3, 4], unknown)],
    ],
    ['a key that was never written', [read('b', 77, [1, 2])]],
    [
      'a write of unknown outcome between two acknowledged ones',
      [write('a', 2, [0, 1]), write('c', 3, [1, 2], unknown), write('a', 4, [2, 3]), read('b', 4, [4, 5])],
    ],
  ])('no breach: %s', (_, history) => {
    expect(checkHistory(history, CURRENT)).toMatchObject({ holds: true, violations: [] })
  })
})

it('counts reads without a value by status and writes by outcome, without a violation', () => {
  const gone = { version: null, outcome: 'failed' } as const
  const history = [
    read('a', 0, [0, 1], { ...gone, status: 503 }),
    read('a', 0, [2, 3], { ...gone, status: 0 }),
    read('a', 0, [4, 5], { ...gone, status: 503 }),
    write('b', 0, [0, 1], { ...gone, status: 422 }),
    write('b', 0, [2, 3], { ...unknown, status: 500 }),
  ]
  const verdict = checkHistory(history, CURRENT)
  expect(verdict).toMatchObject({ holds: true, clients: 2, keys: 1 })
  expect(verdict.failedReads).toEqual(
    new Map([
      [503, 2],
      [0, 1],
    ]),
  )
  expect(verdict.reads).toEqual({ ok: 0, failed: 3, unknown: 0 })
  expect(verdict.writes).toEqual({ ok: 0, failed: 1, unknown: 1 })
})

it('accepts the operations in any order', () => {
  const history = [read('b', 1, [21, 22]), read('b', 2, [11, 12]), write('a', 2, [10, 20])]
  const there = checkHistory(history, CURRENT)
  const back = checkHistory(history.toReversed(), CURRENT)
  expect(there.violations).toEqual(back.violations)
  expect(found(there)).toEqual({ 'read-after-write': 1, 'monotonic-reads': 1 })
})

it('refuses overlapping operations of one client, and an end before the start', () => {
  const twice = [read('a', 1, [0, 5]), write('a', 2, [4, 6])]
  expect(() => checkHistory(twice, CURRENT)).toThrow('client "a": the write of post:1 from 4 to 6 starts before')
  expect(() => checkHistory([read('a', 1, [5, 4])], CURRENT)).toThrow('ends before it starts')
})
