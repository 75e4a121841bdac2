import { describe, expect, it } from 'vitest'
import { checkHistory } from './check-history.ts'
import { FINAL_CLIENT, type Operation } from './operation.ts'
import type { Promised, Verdict } from './verdict.ts'

type Times = readonly [start: number, end: number]

function write(client: string, version: number, [start, end]: Times, rest: Partial<Operation> = {}): Operation {
  return { client, key: 'post:1', op: 'write', version, start, end, outcome: 'ok', status: 200, ...rest }
}

function read(client: string, version: number, [start, end]: Times, rest: Partial<Operation> = {}): Operation {
  return { client, key: 'post:1', op: 'read', version, start, end, outcome: 'ok', status: 200, ...rest }
}

const unknown = { version: null, outcome: 'unknown', status: 0 } as const

const CURRENT: Promised = { readAfterWrite: true }
const WITHIN_100_MS: Promised = { readAfterWrite: false, staleForAtMostMs: 100 }

/** What was found, by kind, without the kinds that were not. */
function found({ counts }: Verdict): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

describe('read after write', () => {
  const old = read('b', 1, [21, 22])

  it('a read that begins after an acknowledged write and returns less is a breach, with its proof and its age', () => {
    const newer = write('a', 2, [10, 20])
    const verdict = checkHistory([newer, old], CURRENT)
    expect(verdict.holds).toBe(false)
    expect(verdict.violations).toEqual([
      { kind: 'read-after-write', promised: true, operations: [newer, old], staleMs: 1 },
    ])
    expect(verdict.staleness).toEqual({ count: 1, p50: 1, p90: 1, p99: 1, max: 1 })
  })

  it('so is one by the writer itself', () => {
    expect(found(checkHistory([write('b', 2, [10, 20]), old], CURRENT))).toEqual({ 'read-after-write': 1 })
  })

  it('its age counts from the first newer write that was acknowledged, not from the newest', () => {
    const history = [write('a', 4, [0, 3]), write('c', 2, [0, 2]), write('d', 3, [1, 9]), read('b', 1, [12, 13])]
    expect(checkHistory(history, CURRENT).violations).toMatchObject([{ staleMs: 10, operations: [{ version: 2 }, {}] }])
  })

  it.each<[string, Operation[]]>([
    ['a read that begins as the write ends', [write('a', 2, [10, 21]), old]],
    ['a read under way when the write ends', [write('a', 2, [10, 20]), read('b', 1, [19, 30])]],
    ['the version written', [write('a', 2, [10, 20]), read('b', 2, [21, 22])]],
    [
      'a newer one, while its write is under way',
      [write('a', 2, [1, 2]), write('c', 3, [10, 40]), read('b', 3, [12, 13])],
    ],
    ['another key', [write('a', 2, [10, 20], { key: 'post:2' }), old]],
    ['a write that was refused', [write('a', 2, [10, 20], { outcome: 'failed', status: 400, version: null }), old]],
    ['a write of unknown outcome, which may not have happened', [write('a', 2, [10, 20], unknown), old]],
    ['a read that failed', [write('a', 2, [10, 20]), read('b', 1, [21, 22], { outcome: 'failed', version: null })]],
  ])('no breach: %s', (_, history) => {
    expect(checkHistory(history, CURRENT)).toMatchObject({ holds: true, violations: [] })
  })

  it('a write of unknown outcome may happen long after its end: both versions may be read for as long', () => {
    const history = [
      write('a', 2, [0, 1]),
      write('b', 3, [2, 3], unknown),
      read('c', 2, [10, 11]),
      read('d', 3, [1_000, 1_001]),
      write('a', 4, [1_002, 1_003]),
    ]
    expect(found(checkHistory(history, CURRENT))).toEqual({})
  })

  it('where it is not promised, it is counted and does no harm', () => {
    const verdict = checkHistory([write('a', 2, [10, 20]), old], WITHIN_100_MS)
    expect(verdict.holds).toBe(true)
    expect(found(verdict)).toEqual({ 'read-after-write': 1 })
  })
})

describe('the time bound', () => {
  it('a read that begins later than the bound after an acknowledged write and returns less is a breach', () => {
    const verdict = checkHistory([write('a', 2, [10, 20]), read('b', 1, [120.5, 121])], WITHIN_100_MS)
    expect(verdict.holds).toBe(false)
    expect(verdict.violations.find(({ kind }) => kind === 'time-bound')).toMatchObject({
      promised: true,
      staleMs: 100.5,
    })
  })

  it('one that begins within the bound is none, however late it ends', () => {
    const verdict = checkHistory([write('a', 2, [10, 20]), read('b', 1, [120, 900])], WITHIN_100_MS)
    expect(verdict.holds).toBe(true)
    expect(found(verdict)).toEqual({ 'read-after-write': 1 })
  })
})

describe('monotonic reads', () => {
  const newer = read('b', 2, [11, 12])
  const older = read('b', 1, [21, 22])

  it('a client that reads less than before, after the newer version was acknowledged: a breach of read-after-write too', () => {
    const acknowledged = write('a', 2, [10, 20])
    const verdict = checkHistory([acknowledged, newer, older], CURRENT)
    expect(found(verdict)).toEqual({ 'read-after-write': 1, 'monotonic-reads': 1 })
    const violation = verdict.violations.find(({ kind }) => kind === 'monotonic-reads')
    expect(violation).toMatchObject({ promised: true, operations: [acknowledged, newer, older] })
  })

  it('before it was acknowledged: counted apart, promised by nobody', () => {
    const verdict = checkHistory([write('a', 2, [10, 30]), newer, older], CURRENT)
    expect(verdict.holds).toBe(true)
    expect(verdict.violations).toEqual([
      { kind: 'monotonic-reads-before-ack', promised: false, operations: [newer, older] },
    ])
  })

  it('the same when it never was', () => {
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

  it('each acknowledged write that is not there at the end', () => {
    const writes = [write('a', 2, [0, 1]), write('a', 3, [2, 3]), write('a', 4, [4, 5])]
    const final = read(FINAL_CLIENT, 2, [10, 11])
    const verdict = checkHistory([...writes, final], CURRENT)
    expect(verdict.violations.map(({ kind, operations }) => [kind, operations])).toEqual([
      ['lost-update', [writes[1], final]],
      ['lost-update', [writes[2], final]],
    ])
  })

  it.each<[string, Operation[]]>([
    ['two writes at once that are acknowledged in the other order', [write('a', 3, [0, 5]), write('b', 2, [1, 9])]],
    ['the same version of two keys', [write('a', 2, [0, 5]), write('b', 2, [0, 5], { key: 'post:2' })]],
    ['the last write is there at the end', [write('a', 2, [0, 5]), read(FINAL_CLIENT, 2, [6, 7])]],
    [
      'one of unknown outcome is there at the end, too',
      [write('a', 2, [0, 5]), write('b', 3, [0, 5], unknown), read(FINAL_CLIENT, 3, [6, 7])],
    ],
  ])('no breach: %s', (_, history) => {
    expect(checkHistory(history, CURRENT)).toMatchObject({ holds: true, violations: [] })
  })

  it('says for which keys nobody looked at the end', () => {
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

  it('a version that nobody wrote', () => {
    const history = [write('a', 2, [0, 1]), read('b', 3, [2, 3])]
    expect(found(checkHistory(history, CURRENT))).toEqual({ 'read-from-the-future': 1 })
  })

  it('more versions than there were writes of unknown outcome', () => {
    const history = [write('a', 2, [0, 1]), write('c', 3, [1, 2], unknown), read('b', 3, [2, 3]), read('d', 4, [2, 3])]
    const verdict = checkHistory(history, CURRENT)
    expect(verdict.violations).toMatchObject([{ kind: 'read-from-the-future', operations: [{ version: 4 }] }])
  })

  it('a version of a write of unknown outcome, which is not there at the end', () => {
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
      'a version of unknown outcome, as soon as its write has begun',
      [write('a', 2, [0, 1]), read('b', 3, [2, 3]), write('c', 3, [3, 4], unknown)],
    ],
    ['a key that nobody wrote', [read('b', 77, [1, 2])]],
    [
      'one of unknown outcome between two that were acknowledged',
      [write('a', 2, [0, 1]), write('c', 3, [1, 2], unknown), write('a', 4, [2, 3]), read('b', 4, [4, 5])],
    ],
  ])('no breach: %s', (_, history) => {
    expect(checkHistory(history, CURRENT)).toMatchObject({ holds: true, violations: [] })
  })
})

it('counts reads without a value by status, and writes by outcome; it judges neither', () => {
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

it('does not care in which order the operations are given', () => {
  const history = [read('b', 1, [21, 22]), read('b', 2, [11, 12]), write('a', 2, [10, 20])]
  const there = checkHistory(history, CURRENT)
  const back = checkHistory(history.toReversed(), CURRENT)
  expect(there.violations).toEqual(back.violations)
  expect(found(there)).toEqual({ 'read-after-write': 1, 'monotonic-reads': 1 })
})

it('refuses a client that does two things at once, and one that ends before it starts', () => {
  const twice = [read('a', 1, [0, 5]), write('a', 2, [4, 6])]
  expect(() => checkHistory(twice, CURRENT)).toThrow('client "a": the write of post:1 from 4 to 6 starts before')
  expect(() => checkHistory([read('a', 1, [5, 4])], CURRENT)).toThrow('ends before it starts')
})
