/** Names each missing step of adding a named strategy ("To add …" in ARCHITECTURE.md). */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultTuning, strategies, strategyNames, tunables } from '../src/index.ts'

const pages = join(import.meta.dirname, '../../../docs/strategies')

it('strategy-names.ts and the rows of strategies.ts are the same, in the same order', () => {
  expect(Object.keys(strategies)).toEqual(strategyNames)
})

it('every page in docs/strategies belongs to a strategy', () => {
  const named = readdirSync(pages).map((file) => file.replace(/\.md$/, ''))
  expect(named.filter((name) => !strategyNames.some((known) => known === name))).toEqual([])
})

describe.each(strategyNames)('%s', (name) => {
  it('has a row', () => {
    expect(strategies[name], `a row for ${name} in src/strategies.ts`).toBeDefined()
  })

  it('has a page', () => {
    const page = join(pages, `${name}.md`)
    expect(existsSync(page), `a page docs/strategies/${name}.md`).toBe(true)
    expect(readFileSync(page, 'utf8').split('\n')[0]).toBe(`# ${name}`)
  })

  it('its row lists as tunable exactly the options that it uses', () => {
    const asked = new Set<PropertyKey>()
    const recording = new Proxy(defaultTuning, {
      get(target, option) {
        asked.add(option)
        return Reflect.get(target, option)
      },
    })
    const { read, tunable } = strategies[name]
    read(recording)
    const used = tunables.filter((option) => asked.has(option))
    expect([...tunable].sort(), `\`tunable\` in the row of ${name}: the options that its read strategy uses`).toEqual(
      used.sort(),
    )
  })
})
