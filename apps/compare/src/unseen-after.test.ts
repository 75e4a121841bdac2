import { expect, it } from 'vitest'
import { unseenAfter } from './unseen-after.ts'

it('counts only writes whose post was read later than that', () => {
  // Acknowledged 3 s, 500 ms and 20 ms before the last read. The second was missed for 400 ms, the last to the end.
  const turn = { writes: 3, windowsMs: [20, 400], observedMs: [20, 500, 3_000] }
  expect(unseenAfter([turn], 10)).toEqual({ writes: 3, share: 2 / 3 })
  expect(unseenAfter([turn], 100)).toEqual({ writes: 2, share: 1 / 2 })
  expect(unseenAfter([turn], 1_000)).toEqual({ writes: 1, share: 0 })
  expect(unseenAfter([turn], 5_000)).toEqual({ writes: 0, share: null })
  expect(unseenAfter([turn, turn], 100)).toEqual({ writes: 4, share: 1 / 2 })
})

it('counts all writes of older files, which do not say how long each was observed', () => {
  expect(unseenAfter([{ writes: 10, windowsMs: [5, 50] }], 10)).toEqual({ writes: 10, share: 0.1 })
})
