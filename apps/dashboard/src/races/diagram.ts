/** Draws one form of a race as a sequence diagram, and shows how far it has come. */
import { element, svgElement } from './dom.ts'
import { type Layout, layoutOf, MARGIN, ROW_HEIGHT, type Shape } from './layout.ts'
import { differsAt, type Form, type Race } from './race.ts'

const HEAD_HEIGHT = 40
/** From the top of a row. */
const LABEL_Y = 12
const LINE_Y = 20
const HEAD = 5

export interface Diagram {
  readonly root: HTMLElement
  /** Marks the rows before `row` as past, and those after it as still to come. */
  show(row: number): void
  /** Draws it again if its width has changed. */
  fit(): void
}

export function diagramOf(race: Race, form: Form, name: string): Diagram {
  const root = element('div', {
    class: 'diagram',
    role: 'group',
    tabindex: 0,
    'aria-label': `Diagram, ${name}. Each step is described above it.`,
  })
  let shown = 0
  let width = 0
  let rows: SVGGElement[] = []

  function mark(): void {
    for (const [i, row] of rows.entries()) {
      row.setAttribute('class', `row ${i < shown ? 'past' : i === shown ? 'now' : 'to-come'}`)
    }
  }

  return {
    root,
    show(row) {
      shown = row
      mark()
      scrollTo(root, row)
    },
    fit() {
      if (root.clientWidth === width || root.clientWidth === 0) return
      width = root.clientWidth
      const layout = layoutOf(race, form, width)
      rows = race.rows.map((_, i) => drawRow(race, layout, i))
      root.replaceChildren(drawHead(layout), drawBody(layout, rows))
      mark()
      scrollTo(root, shown)
    },
  }
}

/** Keeps the row and its neighbours in view, without moving the page. */
function scrollTo(root: HTMLElement, row: number): void {
  const visible = root.clientHeight - HEAD_HEIGHT
  root.scrollTop = Math.max(0, (row + 0.5) * ROW_HEIGHT - visible / 2)
}

function drawHead({ width, lanes }: Layout): SVGElement {
  return svgElement(
    'svg',
    { class: 'lanes', width, height: HEAD_HEIGHT, 'aria-hidden': 'true' },
    ...lanes.flatMap(({ shown, detail, x }) => [
      svgElement('text', { class: 'lane', x, y: detail === '' ? 24 : 16, 'text-anchor': 'middle' }, shown),
      svgElement('text', { class: 'lane-detail', x, y: 31, 'text-anchor': 'middle' }, detail),
    ]),
  )
}

function drawBody({ width, height, lanes }: Layout, rows: readonly SVGGElement[]): SVGElement {
  const lines = lanes.map(({ x }) => svgElement('line', { class: 'lifeline', x1: x, x2: x, y1: 0, y2: height }))
  return svgElement('svg', { width, height, 'aria-hidden': 'true' }, ...lines, ...rows)
}

function drawRow(race: Race, layout: Layout, row: number): SVGGElement {
  const y = row * ROW_HEIGHT
  const shape = layout.shapes.find((each) => each.row === row)
  const sign = differsAt(race, row) ? '≠' : ''
  return svgElement(
    'g',
    { transform: `translate(0 ${y})` },
    svgElement('rect', { class: 'band', x: 0, y: 0, width: layout.width, height: ROW_HEIGHT }),
    svgElement('rect', { class: 'bar', x: 0, y: 0, width: 3, height: ROW_HEIGHT }),
    svgElement('text', { class: 'number', x: 24, y: 18, 'text-anchor': 'end' }, String(row + 1)),
    svgElement('text', { class: 'sign', x: 29, y: 18 }, sign),
    ...(shape === undefined ? [] : draw(shape, layout)),
  )
}

function draw(shape: Shape, { width }: Layout): SVGElement[] {
  const { action, answer } = shape.label
  const label = svgElement('text', { class: `label ${shape.end ?? ''}`, x: shape.labelX, 'text-anchor': shape.anchor })
  label.append(svgElement('tspan', {}, action))
  if (answer !== undefined) label.append(svgElement('tspan', { class: 'answer' }, ` → ${answer}`))
  switch (shape.kind) {
    case 'arrow': {
      const { from, to } = shape
      const tip = to - Math.sign(to - from)
      const back = tip - HEAD * Math.sign(to - from)
      const head = `${tip},${LINE_Y} ${back},${LINE_Y - 3.5} ${back},${LINE_Y + 3.5}`
      label.setAttribute('y', String(LABEL_Y))
      return [
        svgElement('line', { class: 'arrow', x1: from, x2: back, y1: LINE_Y, y2: LINE_Y }),
        svgElement('polygon', { class: 'head', points: head }),
        label,
      ]
    }
    case 'dot':
      label.setAttribute('y', '18')
      return [svgElement('circle', { class: 'dot', cx: shape.from, cy: 14, r: 3.5 }), label]
    case 'event':
      label.setAttribute('y', '18')
      label.classList.add('event')
      return [svgElement('line', { class: 'event-line', x1: MARGIN, x2: width, y1: 14, y2: 14 }), label]
  }
}
