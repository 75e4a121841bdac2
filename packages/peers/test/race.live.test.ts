/** The stale set: a reader loads, a writer commits and deletes and is acknowledged, the reader keeps what it had loaded. */
import { isLost, races } from 'cache-core/testing'
import { describe, expect, it } from 'vitest'
import { onManualInvalidation, onPeer } from '../race/stages.ts'
import { peerNames, peers } from '../src/index.ts'

const staleSet = races.find(({ title }) => title.startsWith('stale set'))!

describe('a write that overtakes a load', () => {
  it.each(peerNames)('leaves the old value cached under %s', async (name) => {
    const verdict = await onPeer(peers[name])(staleSet)
    expect(isLost(verdict)).toBe(true)
    expect(verdict).toEqual({ served: 1, acknowledged: 2 })
  })

  it('leaves nothing old under manual-invalidation, by the same script', async () => {
    expect(await onManualInvalidation(staleSet)).toEqual({ served: 2, acknowledged: 2 })
  })
})
