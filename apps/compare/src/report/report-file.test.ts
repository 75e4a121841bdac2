import { hash } from 'node:crypto'
import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import { allStrategies, someDeviations } from '../../test/all-strategies.ts'
import { madeUpComparison } from '../../test/made-up-comparison.ts'
import { reportFile } from './report-file.ts'
import type { Reported } from './reported.ts'

const bundle = { script: "console.log('</script><!-- ', 1)\n", style: 'p{color:red}' }
const comparison = allStrategies()
const reported = { comparison, deviations: someDeviations(comparison) }
const file = reportFile(reported, bundle)
const { document } = parseHTML(file)

describe("a report's file", () => {
  it('declares its language and its title', () => {
    expect(document.documentElement.getAttribute('lang')).toBe('en')
    expect(document.title).toContain('ycsb-b')
  })

  it('is small enough for an e-mail, beside its script and style', () => {
    expect(file.length).toBeLessThan(700_000)
  })

  it("has the figures inside, without k6's results", () => {
    const inside: Reported = JSON.parse(document.querySelector('#reported')!.textContent)
    expect(inside.deviations).toEqual(JSON.parse(JSON.stringify(reported.deviations)))
    expect(inside.comparison.turns).toEqual(comparison.turns.map((turn) => ({ ...turn, k6: null })))
    expect(inside.comparison.strategies).toEqual(comparison.strategies)
    const names = document.querySelector('#report')!.getAttribute('data-strategies')!
    expect(JSON.parse(names)).toEqual(comparison.strategies.map(({ name }) => name))
  })

  it('allows its own script and style and no request', () => {
    const policy = document.querySelector('meta[http-equiv]')!.getAttribute('content')!
    const [script] = [...document.querySelectorAll('script[type=module]')]
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`script-src 'sha256-${hash('sha256', script!.textContent, 'base64')}'`)
    expect(policy).toContain(`style-src 'sha256-${hash('sha256', bundle.style, 'base64')}'`)
  })

  it('ends no element inside a script, a style or the figures', () => {
    const hostile = '</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>'
    const strange = madeUpComparison({ strategies: { [hostile]: { readP50Ms: 3 } }, workload: { title: hostile } })
    const source = reportFile({ comparison: strange, deviations: [], advice: [hostile] }, bundle)
    const { document } = parseHTML(source)
    expect(document.querySelectorAll('script')).toHaveLength(2)
    expect(document.querySelectorAll('img')).toHaveLength(0)
    for (const { textContent } of document.querySelectorAll('script')) expect(textContent).not.toMatch(/<\/script|<!--/)
    expect(JSON.parse(document.querySelector('#reported')!.textContent).advice).toEqual([hostile])
  })
})
