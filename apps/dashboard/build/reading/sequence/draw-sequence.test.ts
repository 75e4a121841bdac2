import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { drawSequence } from './draw-sequence.ts'
import { parseSequence } from './parse-sequence.ts'
import { widthOf, wrap } from './text-width.ts'

const SOURCE = `sequenceDiagram
  participant R as Reader
  participant C as Cache &
  participant D as Origin
  R->>C: get
  alt fresh entry
    C-->>R: entry
  else nothing usable
    R->>D: load with a long text that needs several lines in a narrow drawing
    Note over D: slow
  end
`
const draw = (source: string, width = 600) => drawSequence(parseSequence(source, 'a.md', 1), width, 14)

function textsOf(svg: string): string[] {
  return Array.from(svg.matchAll(/<text.*?<\/text>/g), ([text]) =>
    text.replaceAll('</tspan><tspan', '</tspan> <tspan').replaceAll(/<[^>]*>/g, ''),
  )
}

test('draws every text in the order of the source', () => {
  expect(textsOf(draw(SOURCE).svg)).toEqual([
    'Reader',
    'Cache &amp;',
    'Origin',
    'get',
    '[fresh entry]',
    'entry',
    '[nothing usable]',
    'load with a long text that needs several lines in a narrow drawing',
    'slow',
    'alt',
  ])
})

test('draws a request and a reply as different lines, with the head at the receiver', () => {
  const { svg } = draw(SOURCE)
  const lifelines = Array.from(svg.matchAll(/class="lifeline" d="M([\d.]+) /g), ([, x]) => Number(x))
  const arrows = Array.from(
    svg.matchAll(/class="(request|reply)" d="M([\d.]+) .*\n.*class="head" d="M([\d.]+) /g),
    (found) => [found[1], lifelines.indexOf(Number(found[2])), lifelines.indexOf(Number(found[3]))],
  )
  expect(arrows).toEqual([
    ['request', 0, 1],
    ['reply', 1, 0],
    ['request', 0, 2],
  ])
})

test('breaks texts into more lines to keep to a narrower width', () => {
  const [wide, narrow] = [draw(SOURCE, 600), draw(SOURCE, 340)]
  expect(narrow.width).toBeLessThanOrEqual(340)
  expect(narrow.svg.match(/<tspan/g)!.length).toBeGreaterThan(wide.svg.match(/<tspan/g)!.length)
})

test('uses no style attribute', () => {
  expect(draw(SOURCE).svg).not.toContain('style')
})

const folder = join(import.meta.dirname, '../../../../../docs/strategies')
const diagrams = readdirSync(folder).flatMap((file) =>
  Array.from(readFileSync(join(folder, file), 'utf8').matchAll(/```mermaid\n(.*?)```/gs), ([, source], at) => ({
    name: `${file}, diagram ${at + 1}`,
    source: source!,
  })),
)

test.each(diagrams)('$name: no box leaves the drawing', ({ source }) => {
  for (const target of [600, 348]) {
    const { svg, width } = draw(source, target)
    const height = Number(/height="(\d+)"/.exec(svg)![1])
    const boxes = Array.from(svg.matchAll(/<rect .*?x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)"/g), (found) =>
      found.slice(1).map(Number),
    )
    expect(boxes.length).toBeGreaterThan(1)
    for (const [x, y, boxWidth, boxHeight] of boxes as [number, number, number, number][]) {
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + boxWidth).toBeLessThanOrEqual(width)
      expect(y + boxHeight).toBeLessThanOrEqual(height)
    }
  }
})

test('text is wrapped into as few lines as fit, of similar lengths', () => {
  const lines = wrap('the newest pending write, else the database', 220, 14)
  expect(lines).toEqual(['the newest pending', 'write, else the database'])
  expect(Math.max(...lines.map((line) => widthOf(line, 14)))).toBeLessThanOrEqual(220)
})

test('a word longer than the width is not broken', () => {
  expect(wrap('an acknowledgement', 20, 14)).toEqual(['an', 'acknowledgement'])
})
