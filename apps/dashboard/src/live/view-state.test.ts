import { describe, expect, it } from 'vitest'
import { initialView, parseView, type ViewState, viewHash } from './view-state.ts'

describe('the view in the address', () => {
  it('restores everything that was chosen', () => {
    const view: ViewState = {
      window: 300,
      theme: 'dark',
      strategies: ['no-cache', 'peer:cacheable'],
      sort: { column: 'hit-ratio', direction: 'ascending' },
      load: { ratePerSecond: '50', zipf: '1.2' },
    }
    expect(parseView(viewHash(view))).toEqual(view)
  })

  it('is empty at first', () => {
    expect(viewHash(initialView)).toBe('')
    expect(parseView('')).toEqual(initialView)
  })

  it.each(['#window=31', '#theme=pink', '#strategies=', '#sort=loads', '#sort=loads.sideways', '#x=y', '#%E0%A4%A'])(
    'leaves out what it does not understand: %s',
    (hash) => {
      expect(parseView(hash)).toEqual(initialView)
    },
  )
})
