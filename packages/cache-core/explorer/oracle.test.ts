import { describe, expect, it } from 'vitest'
import { cacheAside } from '../src/strategies/cache-aside.ts'
import { invalidate } from '../src/strategies/invalidate.ts'
import { EVERY_KEY, Oracle } from './oracle.ts'

const process = (name: string) => ({ name, skewMs: 0, isPaused: false, isDead: false })
const [here, there] = [process('P1'), process('P2')]
const oracle = () => new Oracle(cacheAside(), invalidate(), () => 0)

describe('after a write was acknowledged', () => {
  it('of some keys, only their readers must see it', () => {
    const answers = oracle()
    answers.acknowledge(2, here, ['row'], false)
    expect([here, there].map((reader) => answers.floor(reader, 'row'))).toEqual([2, 2])
    expect(answers.floor(there, 'list')).toBe(1)
  })

  it('of all keys, every reader must see it', () => {
    const answers = oracle()
    answers.acknowledge(2, here, [EVERY_KEY], false)
    expect(['row', 'list'].map((key) => answers.floor(there, key))).toEqual([2, 2])
  })

  it('while it is pending, readers in its process must see it, and all once it is flushed', () => {
    const answers = oracle()
    answers.acknowledge(2, here, ['row'], true)
    expect([here, there].map((reader) => answers.floor(reader, 'row'))).toEqual([2, 1])
    answers.flushed(here)
    expect(answers.floor(there, 'row')).toBe(2)
  })
})
