import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../../../test/made-up-comparison.ts'
import { paretoPicture } from './pareto-picture.ts'

const comparison = madeUpComparison({
  strategies: {
    'no-cache': { readP50Ms: 40, loadsPerSecond: 200 },
    'write-through': { readP50Ms: 30, loadsPerSecond: 90 },
  },
})

describe('paretoPicture', () => {
  it('is self-contained: it has its own colours and no external resources', () => {
    const svg = paretoPicture(comparison)!
    for (const [, name] of svg.matchAll(/var\((--[a-z]+)\)/g)) expect(svg).toContain(`${name}:#`)
    expect([...svg.matchAll(/https?:\/\/[^"]+/g)].map(([url]) => url)).toEqual(['http://www.w3.org/2000/svg'])
    expect(svg.match(/xmlns=/g)).toHaveLength(1)
  })

  it('names each strategy', () => {
    const text = parseHTML(paretoPicture(comparison)!).document.documentElement.textContent
    expect(text).toContain('no-cache')
    expect(text).toContain('write-through')
  })

  it('is undefined without figures', () => {
    expect(paretoPicture(madeUpComparison({ strategies: { 'no-cache': {} } }))).toBeUndefined()
  })
})
