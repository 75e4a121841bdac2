import { describe, expect, it } from 'vitest'
import { placeLabels } from './place-labels.ts'

const bounds = { left: 0, right: 900, top: 0, bottom: 500 }

describe('placeLabels', () => {
  it('covers no label and no point, however close the points are', () => {
    const points = Array.from({ length: 16 }, (_, at) => ({
      x: 400 + at * 3,
      y: 250 + (at % 4),
      label: 'manual-invalidation',
    }))
    const placed = placeLabels(points, bounds)
    expect(placed).toHaveLength(16)
    const boxes = placed.map(({ textX, textY }) => ({
      left: textX,
      right: textX + 120,
      top: textY - 6,
      bottom: textY + 6,
    }))
    for (const [at, a] of boxes.entries()) {
      for (const b of boxes.slice(at + 1)) {
        expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false)
      }
      expect(points.some(({ x, y }) => x > a.left && x < a.right && y > a.top && y < a.bottom)).toBe(false)
    }
  })

  it('keeps a lone label near its point, inside the bounds', () => {
    const [placed] = placeLabels([{ x: 890, y: 100, label: 'xfetch' }], bounds)
    expect(placed).toMatchObject({ far: false })
    expect(placed!.textX + 6 * 'xfetch'.length).toBeLessThan(890)
  })

  it('needs a line if another point is nearer', () => {
    const points = [
      { x: 100, y: 100, label: 'a-rather-long-name' },
      { x: 118, y: 100, label: 'b' },
    ]
    const between = placeLabels(points, { ...bounds, left: 99, right: 260 }).find(({ label }) => label.startsWith('a-'))
    expect(between?.far).toBe(true)
  })
})
