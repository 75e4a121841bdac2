import { readFileSync } from 'node:fs'
import { parseHTML } from 'linkedom'
import { expect, it } from 'vitest'
import { document, point } from '../test/points.ts'
import { plot } from './draw.ts'
import { HUES } from './look.ts'
import { standalone } from './standalone.ts'
import { strategyMap } from './strategy-map.ts'

const map = strategyMap(document, {
  points: [point('no-cache', 40, 200), point('write-through', 30, 90)],
  timeName: 'read p50',
  loadsName: 'database loads/s',
  name: 'A <map> of "two" strategies',
  unsound: '',
  width: 900,
  height: 460,
})!

it('a picture is self-contained: it has its own colours and no external resources', () => {
  const svg = standalone(map)
  for (const [, name] of svg.matchAll(/var\((--[a-z-]+)\)/g)) expect(svg).toContain(`${name}:#`)
  expect([...svg.matchAll(/https?:\/\/[^"]+/g)].map(([url]) => url)).toEqual(['http://www.w3.org/2000/svg'])
  expect(svg.match(/xmlns=/g)).toHaveLength(1)
})

it('a chart has an accessible name, and no style of its own', () => {
  const { document: parsed } = parseHTML(standalone(map))
  expect(parsed.querySelector('svg')!.getAttribute('aria-label')).toBe('A <map> of "two" strategies')
  expect(map.getAttribute('role')).toBe('img')
  expect(map.querySelectorAll('style, [style]')).toHaveLength(0)
  expect(plot(document, 'empty', {}).hasAttribute('style')).toBe(false)
})

it('the style sheet for pages has the same colours', () => {
  const css = readFileSync(new URL('charts.css', import.meta.url), 'utf8')
  for (const [name, [light, dark]] of Object.entries(HUES)) {
    expect(css).toContain(`--hue-${name}: light-dark(${light}, ${dark});`)
    expect(css).toContain(`.hue-${name} {\n  background: var(--hue-${name});`)
  }
})
