import { type Chart, SVG } from './draw.ts'
import { type Box, type Labelled, placeLabels } from './place-labels.ts'

export interface MapLabel extends Labelled {
  readonly colour: string
  readonly isBold: boolean
  /** The lines of its ranges, which no label may cover. */
  readonly ranges: readonly Box[]
}

export interface LabelOptions {
  readonly bounds: Box
  /** A note in the upper right corner. */
  readonly corner: string | undefined
}

/** Adds a label beside each point, with a line to it where the label is not near. */
export function addLabels(
  document: Document,
  chart: Chart,
  labels: readonly MapLabel[],
  { bounds, corner }: LabelOptions,
): void {
  const svg = (name: string, attributes: Readonly<Record<string, string | number>>, text = '') => {
    const element = document.createElementNS(SVG, name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
    element.textContent = text
    return element
  }
  const group = svg('g', { 'text-anchor': 'start', stroke: 'none' })
  const ranges = labels.flatMap((label) => label.ranges)
  for (const { x, y, textX, textY, far, label, colour, isBold, width } of placeLabels(labels, bounds, ranges)) {
    const towards = textX > x ? textX - 2 : textX + width < x ? textX + width + 2 : x
    if (far) {
      group.append(svg('line', { x1: x, y1: y, x2: towards, y2: textY, stroke: colour, 'stroke-opacity': 0.8 }))
    }
    const weight = isBold ? { 'font-weight': 'bold' } : {}
    group.append(svg('text', { x: textX, y: textY, dy: '0.35em', class: 'halo', ...weight }, label))
  }
  if (corner !== undefined) {
    group.append(
      svg('text', { x: bounds.right, y: 10, 'text-anchor': 'end', 'font-size': 10, fill: 'currentColor' }, corner),
    )
  }
  chart.append(group)
}
