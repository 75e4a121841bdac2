/** Places labels beside their points without covering another label or point. */

export interface Labelled {
  readonly x: number
  readonly y: number
  readonly label: string
  /** Bold text is wider. Default false. */
  readonly isBold?: boolean
}

export interface LabelPosition {
  /** Middle of the left edge of the text. */
  readonly textX: number
  readonly textY: number
  /** Of the text, at most. */
  readonly width: number
  /** Whether the label needs a line to its point: the point is not near, or another point is nearer. */
  readonly far: boolean
}

export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const LINE_HEIGHT = 14
const CHARACTER_WIDTH = 6.7
const BOLD_WIDTH = 7.4
const POINT_RADIUS = 6
const NEAR = 11

/** Tries places on growing rings around each point, right and left first. A label that fits nowhere is left out. */
export function placeLabels<Point extends Labelled>(
  points: readonly Point[],
  bounds: Box,
  obstacles: readonly Box[] = [],
): (Point & LabelPosition)[] {
  const taken = [...points.map(({ x, y }) => around(x, y, POINT_RADIUS, POINT_RADIUS)), ...obstacles]
  // Bold labels first, then those of crowded points, while there is space near them.
  const inOrder = points.toSorted(
    (a, b) => Number(b.isBold ?? false) - Number(a.isBold ?? false) || crowd(b, points) - crowd(a, points),
  )
  return inOrder.flatMap((point) => {
    const width = widthOf(point.label, point.isBold)
    for (let distance = NEAR; distance < 300; distance += 6) {
      for (const angle of ANGLES) {
        const anchorX = point.x + distance * Math.cos(angle)
        const middleY = point.y + distance * Math.sin(angle)
        const left = Math.cos(angle) > 0.1 ? anchorX : Math.cos(angle) < -0.1 ? anchorX - width : anchorX - width / 2
        const box = {
          left,
          right: left + width,
          top: middleY - LINE_HEIGHT / 2,
          bottom: middleY + LINE_HEIGHT / 2,
        }
        if (!isInside(box, bounds) || taken.some((other) => overlap(box, other))) continue
        taken.push(box)
        return [
          { ...point, textX: left, textY: middleY, width, far: distance > NEAR + 6 || !isNearest(point, box, points) },
        ]
      }
    }
    return []
  })
}

/** At most, since the font is not known. */
export function widthOf(label: string, isBold = false): number {
  return label.length * (isBold ? BOLD_WIDTH : CHARACTER_WIDTH)
}

/** In order of preference. */
const ANGLES = [0, 180, -30, 30, -150, 150, -60, 60, -120, 120, -90, 90].map((degrees) => (degrees * Math.PI) / 180)

function isNearest(point: Labelled, box: Box, points: readonly Labelled[]): boolean {
  return points.every((other) => gap(other, box) >= gap(point, box))
}

function gap({ x, y }: Labelled, { left, right, top, bottom }: Box): number {
  return Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom))
}

function crowd({ x, y }: Labelled, points: readonly Labelled[]): number {
  return points.filter((other) => Math.hypot(other.x - x, other.y - y) < 60).length
}

function around(x: number, y: number, halfWidth: number, halfHeight: number): Box {
  return { left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight }
}

function isInside(box: Box, bounds: Box): boolean {
  return box.left >= bounds.left && box.right <= bounds.right && box.top >= bounds.top && box.bottom <= bounds.bottom
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
