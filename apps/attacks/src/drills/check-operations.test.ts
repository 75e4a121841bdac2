import type { Operation } from 'history'
import { describe, expect, it } from 'vitest'
import { checkOperations, OUTBOX_LAG_MS } from './check-operations.ts'

const fault = { from: 1_000, to: 2_000 }
const readAfterWrite = { readAfterWrite: true }
const key = 'post:1'
let clients = 0

function write(version: number, start: number, end: number): Operation {
  return { client: `w${clients++}`, key, op: 'write', version, start, end, outcome: 'ok', status: 200 }
}
function read(version: number | null, start: number, more: Partial<Operation> = {}): Operation {
  const outcome = version === null ? 'failed' : 'ok'
  return { client: `r${clients++}`, key, op: 'read', version, start, end: start + 5, outcome, status: 200, ...more }
}
const final = (version: number) => read(version, 9_000, { client: 'final' })
const problems = (
  allows: Parameters<typeof checkOperations>[0]['allows'],
  operations: Operation[],
  over: object = fault,
) => checkOperations({ ...(allows && { allows }) }, operations, readAfterWrite, { ...fault, ...over }).problems

describe('checkOperations', () => {
  it('reports no problem in a correct history', () => {
    expect(problems({}, [write(2, 1_100, 1_110), read(2, 1_120), final(2)])).toEqual([])
  })

  describe('stale reads', () => {
    const old = (ackedAt: number, readAt: number) => [write(2, ackedAt - 10, ackedAt), read(1, readAt), final(2)]

    it('are problems by default', () => {
      expect(problems({}, old(1_500, 1_510))).toEqual([
        expect.stringMatching(/^1 breaches \(read-after-write\), .*version 1/),
      ])
    })

    it('are excused up to the outbox lag', () => {
      const { breaches, excused, staleMs } = checkOperations(
        { allows: { staleFrom: 'broken' } },
        old(1_100, 1_100 + OUTBOX_LAG_MS),
        readAfterWrite,
        fault,
      )
      expect([breaches.length, excused.length, staleMs]).toEqual([0, 1, OUTBOX_LAG_MS])
      expect(problems({ staleFrom: 'broken' }, old(1_100, 1_101 + OUTBOX_LAG_MS))).toHaveLength(1)
    })

    it('are problems if the write came before the fault, or the read came after the fault and the lag', () => {
      expect(problems({ staleFrom: 'broken' }, old(990, 1_010))).toHaveLength(1)
      expect(problems({ staleFrom: 'broken' }, old(2_400, 2_000 + OUTBOX_LAG_MS))).toEqual([])
      expect(problems({ staleFrom: 'broken' }, old(2_400, 2_001 + OUTBOX_LAG_MS))).toHaveLength(1)
    })

    it('are problems while all processes have lost the cache together', () => {
      const mending = { mendingFrom: 1_600 }
      expect(problems({ staleFrom: 'mending' }, old(1_590, 1_610), mending)).toHaveLength(1)
      expect(problems({ staleFrom: 'mending' }, old(1_610, 1_620), mending)).toEqual([])
      expect(problems({ staleFrom: 'mending' }, old(1_610, 1_620))).toHaveLength(1)
    })

    it('are excused for a client that goes back to an older version, too', () => {
      const back = [write(2, 1_490, 1_500), read(2, 1_510, { client: 'c' }), read(1, 1_550, { client: 'c' }), final(2)]
      expect(problems({}, back)).toHaveLength(2)
      expect(problems({ staleFrom: 'broken' }, back)).toEqual([])
    })

    it('do not excuse a lost write', () => {
      expect(problems({ staleFrom: 'broken' }, [write(2, 1_490, 1_500), read(2, 1_510), final(1)])).toEqual([
        expect.stringContaining('lost-update'),
      ])
    })
  })

  describe('failed requests', () => {
    const failed = (start: number, status: number) => [
      write(2, 500, 510),
      read(2, 520),
      read(null, start, { status }),
      final(2),
    ]

    it('are problems by default', () => {
      expect(problems({}, failed(1_500, 503))).toEqual([
        expect.stringMatching(/1 failures that are not allowed.*status 503/),
      ])
    })

    it('are excused with an allowed status while they overlap the fault', () => {
      expect(problems({ failures: [503] }, failed(1_500, 503))).toEqual([])
      expect(problems({ failures: [503] }, failed(1_500, 500))).toHaveLength(1)
      expect(problems({ failures: [503] }, failed(1_500, 0))).toHaveLength(1)
      expect(problems({ failures: [503] }, failed(996, 503))).toEqual([])
      expect(problems({ failures: [503] }, failed(900, 503))).toHaveLength(1)
      expect(problems({ failures: [503] }, failed(2_200, 503))).toHaveLength(1)
    })

    it('are excused only in the spans that the drill marked', () => {
      const spans = [{ from: 1_500, to: 1_501 }]
      expect(problems({ failures: [503] }, failed(1_550, 503), { spans })).toEqual([])
      expect(problems({ failures: [503] }, failed(1_650, 503), { spans })).toHaveLength(1)
    })

    it('are excused for writes where only writes may fail', () => {
      const failedWrites = [503]
      const lost: Operation = { ...write(3, 1_500, 1_510), version: null, outcome: 'unknown', status: 503 }
      expect(problems({ failedWrites }, [write(2, 500, 510), read(2, 520), lost, final(2)])).toEqual([])
      expect(problems({ failedWrites }, failed(1_500, 503))).toHaveLength(1)
    })

    it('include writes', () => {
      const lost: Operation = { ...write(3, 1_500, 1_510), version: null, outcome: 'unknown', status: 503 }
      expect(problems({}, [write(2, 500, 510), read(2, 520), lost, final(2)])).toHaveLength(1)
    })
  })

  it('reports slow requests, posts without a final read, and a run without load', () => {
    expect(problems({}, [write(2, 500, 510), read(2, 1_000, { end: 4_001 }), final(2)])).toEqual([
      expect.stringContaining('took more than 3000 ms'),
    ])
    expect(problems({}, [write(2, 500, 510), read(2, 520)])).toEqual(['no final read of post:1'])
    expect(problems({}, [])).toEqual(['no load'])
  })
})
