import { describe, expect, it } from 'vitest'
import { AcknowledgedWrites, DELETED } from './acknowledged-writes.ts'

const ALL = Number.POSITIVE_INFINITY

describe('staleness of a post', () => {
  it('is 0 without a write, and for the newest version', () => {
    const writes = new AcknowledgedWrites()
    expect(writes.postStaleMs(1, 1, 100)).toBe(0)
    writes.acknowledge(1, 2, 5, 10)
    expect(writes.postStaleMs(1, 2, 100)).toBe(0)
    expect(writes.postStaleMs(1, 3, 100)).toBe(0)
    expect(writes.postStaleMs(2, 1, 100)).toBe(0)
  })

  it('counts from the first write after the version served', () => {
    const writes = new AcknowledgedWrites()
    for (const version of [2, 3, 4, 5]) writes.acknowledge(1, version, 0, version * 10)
    expect([1, 2, 3, 4, 5].map((served) => writes.postStaleMs(1, served, 100))).toEqual([80, 70, 60, 50, 0])
  })

  it('is 0 if the write was acknowledged after the request arrived', () => {
    const writes = new AcknowledgedWrites()
    writes.acknowledge(1, 2, 0, 50)
    expect(writes.postStaleMs(1, 1, 49)).toBe(0)
    expect(writes.postStaleMs(1, 1, 50.1)).toBe(1)
  })

  it('is correct when writes are acknowledged out of order', () => {
    const writes = new AcknowledgedWrites()
    writes.acknowledge(1, 3, 0, 10)
    writes.acknowledge(1, 2, 0, 20)
    expect(writes.postStaleMs(1, 1, 100)).toBe(90)
    expect(writes.postStaleMs(1, 2, 100)).toBe(90)
  })

  it('counts a delete: every version is stale, and absence is current', () => {
    const writes = new AcknowledgedWrites()
    writes.acknowledge(1, 1, 0, 5)
    writes.acknowledge(1, DELETED, 0, 10)
    expect(writes.postStaleMs(1, 1, 100)).toBe(90)
    expect(writes.absenceStaleMs(1, 0, 100)).toBe(0)
  })

  it('counts a create: absence loaded before it is stale', () => {
    const writes = new AcknowledgedWrites()
    writes.acknowledge(1, 1, 5, 10)
    expect(writes.absenceStaleMs(1, 4, 100)).toBe(90)
    expect(writes.absenceStaleMs(1, 11, 100)).toBe(0)
    expect(writes.absenceStaleMs(2, 4, 100)).toBe(0)
  })
})

describe('staleness of a list', () => {
  it('counts from the first acknowledged write that began after the rows were read', () => {
    const writes = new AcknowledgedWrites()
    writes.acknowledge(1, 2, 0, 10)
    writes.acknowledge(2, 2, 12, 30)
    writes.acknowledge(3, 2, 21, 40)
    writes.acknowledge(4, 2, 21, 50)
    expect(writes.listStaleMs(0, ALL, 20, 100)).toBe(60)
    expect(writes.listStaleMs(0, ALL, 11, 100)).toBe(70)
    expect(writes.listStaleMs(0, ALL, 22, 100)).toBe(0)
  })

  it('ignores writes outside the page', () => {
    const writes = new AcknowledgedWrites()
    writes.acknowledge(5, 2, 1, 10)
    expect(writes.listStaleMs(5, 10, 0, 100)).toBe(0)
    expect(writes.listStaleMs(0, 4, 0, 100)).toBe(0)
    expect(writes.listStaleMs(4, 5, 0, 100)).toBe(90)
  })
})

describe('memory', () => {
  it('forgets the oldest writes, and then gives a lower bound', () => {
    const writes = new AcknowledgedWrites({ max: 10, maxPerPost: 5, maxCompared: 10 })
    for (let id = 1; id <= 100; id++) writes.acknowledge(id, 2, id, id)
    expect(writes.postStaleMs(1, 1, 200)).toBe(0)
    expect(writes.postStaleMs(100, 1, 200)).toBe(100)
    for (let version = 3; version <= 20; version++) writes.acknowledge(100, version, 100, 100 + version)
    expect(writes.postStaleMs(100, 1, 200)).toBe(84)
    expect(writes.listStaleMs(0, ALL, 0, 200)).toBeLessThanOrEqual(200)
  })

  it('forget() drops all writes', () => {
    const writes = new AcknowledgedWrites()
    writes.acknowledge(1, 5, 0, 1)
    writes.forget()
    expect(writes.postStaleMs(1, 1, 100) + writes.listStaleMs(0, ALL, 0, 100)).toBe(0)
  })
})
