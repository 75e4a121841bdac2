/** What every peer must do to be compared, over a real Redis. Two instances of one peer act as two processes. */
import { gate } from 'cache-core/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { peerNames, peers } from '../src/index.ts'
import { openRoom, type Room } from '../src/room.ts'

const LIST = { tags: ['posts'] }
let room: Room
afterEach(() => room.close())

describe.each(peerNames)('%s', (name) => {
  const peer = peers[name]
  const open = (ttlMs?: number) => {
    room = openRoom(peer, ttlMs)
    return [room.process(), room.process()] as const
  }

  it('misses, then hits, in both processes', async () => {
    const [p1, p2] = open()
    const outcomes = []
    for (const cache of [p1, p1, p2, p2]) outcomes.push(await cache.read('post:1', async () => 7))
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['miss', 'hit', 'hit', 'hit'])
    expect(outcomes.map(({ value }) => value)).toEqual([7, 7, 7, 7])
    expect(outcomes[3]!.ageMs).toBeGreaterThanOrEqual(0)
    expect(outcomes[3]!.ttlMs).toBeLessThanOrEqual(60_000)
  })

  it('loads once for concurrent reads in a process, and reports which were collapsed', async () => {
    const [p1] = open()
    const loading = gate()
    let loads = 0
    const load = async () => {
      loads++
      await loading.pass()
      return 7
    }
    const reads = [1, 2, 3].map(() => p1.read('post:1', load))
    await loading.reached
    loading.open()
    const outcomes = (await Promise.all(reads)).map(({ outcome }) => outcome)
    expect([outcomes.sort(), loads]).toEqual([['collapsed', 'collapsed', 'miss'], 1])
  })

  it('keeps absent and falsy values', async () => {
    const [p1, p2] = open()
    for (const [key, value] of [
      ['post:1', undefined],
      ['post:2', 0],
    ] as const) {
      await p1.read(key, async () => value)
      expect(await p2.read(key, async () => 9)).toMatchObject({ outcome: 'hit', value })
    }
  })

  it('shows a write to both processes after its delete', async () => {
    const [p1, p2] = open()
    for (const cache of [p1, p2]) await cache.read('post:1', async () => 1)
    await p1.write({ keys: ['post:1'] }, async () => {})
    const seen = async () =>
      Promise.all([p1, p2].map(async (cache) => (await cache.read('post:1', async () => 2)).value))
    await expect.poll(seen, { interval: 10 }).toEqual([2, 2])
  })

  it('shows a write in the tagged list, in both processes', async () => {
    const [p1, p2] = open()
    for (const cache of [p1, p2]) await cache.read('posts', async () => 1, LIST)
    await p2.write({ keys: (id: number) => [`post:${id}`], tags: ['posts'] }, async () => 3)
    const seen = async () =>
      Promise.all([p1, p2].map(async (cache) => (await cache.read('posts', async () => 2, LIST)).value))
    await expect.poll(seen, { interval: 10 }).toEqual([2, 2])
  })

  it('deletes all its entries', async () => {
    const [p1] = open()
    await p1.read('post:1', async () => 1)
    await p1.read('posts', async () => 1, LIST)
    expect(await p1.invalidateAll()).toBe(true)
    expect((await p1.read('post:1', async () => 2)).value).toBe(2)
    expect((await p1.read('posts', async () => 2, LIST)).value).toBe(2)
  })

  it('loads again after the TTL', async () => {
    const ttlMs = peer.ttlStepMs === 1 ? 50 : peer.ttlStepMs
    const [p1] = open(ttlMs)
    await p1.read('post:1', async () => 1)
    await expect
      .poll(async () => (await p1.read('post:1', async () => 2)).value, { interval: 10, timeout: 3_000 })
      .toBe(2)
  })

  it("throws the load's error to its caller, and keeps nothing", async () => {
    const [p1] = open()
    const failure = new Error('the origin is unavailable')
    await expect(
      p1.read('post:1', async () => {
        throw failure
      }),
    ).rejects.toBe(failure)
    await expect.poll(async () => (await p1.read('post:1', async () => 2)).value).toBe(2)
  })

  it('deletes nothing when the commit fails', async () => {
    const [p1] = open()
    await p1.read('post:1', async () => 1)
    const failure = new Error('no')
    await expect(p1.write({ keys: ['post:1'] }, () => Promise.reject(failure))).rejects.toBe(failure)
    expect((await p1.read('post:1', async () => 2)).value).toBe(1)
  })
})
