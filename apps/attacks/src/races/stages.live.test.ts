/** The stale set: a reader loads, a writer commits, deletes and is acknowledged, then the reader fills the old value. */
import { gate, races } from 'cache-core/testing'
import { peerNames, peers } from 'peers'
import { openRoom } from 'peers/testing'
import { describe, expect, it } from 'vitest'
import { onManualInvalidation, onPeer } from './stages.ts'

const staleSet = races.find(({ title }) => title.startsWith('stale set'))!

describe('a write during a load', () => {
  it.each(peerNames)('is lost by %s, for readers in both processes', async (name) => {
    expect(await onPeer(peers[name])(staleSet)).toEqual({ served: 1, acknowledged: 2 })
  })

  it('is not lost by manual-invalidation in the same script', async () => {
    expect(await onManualInvalidation(staleSet)).toEqual({ served: 2, acknowledged: 2 })
  })

  it.each(peerNames)('leaves the old value in Redis under %s, for processes that start later', async (name) => {
    const room = openRoom(peers[name])
    const [reader, writer] = [room.process(), room.process()]
    let version = 1
    const handOver = gate()
    const slowRead = reader.read('post:1', async () => {
      const read = version
      await handOver.pass()
      return read
    })
    await handOver.reached
    await writer.write({ keys: ['post:1'] }, async () => ++version)
    handOver.open()
    expect(await slowRead).toMatchObject({ outcome: 'miss', value: 1 })
    expect(await room.process().read('post:1', async () => version)).toMatchObject({ outcome: 'hit', value: 1 })
    await room.close()
  })
})
