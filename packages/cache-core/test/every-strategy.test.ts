/** Names each missing step of adding a strategy ("To add …" in ARCHITECTURE.md). */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { factoryName, factoryOf, reads, strategyFiles, writes } from './all-strategies.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe.each(strategyFiles)('src/strategies/%s.ts', (file) => {
  const factory = factoryName(file)

  it('is exported under its name', () => {
    expect(
      factoryOf(file),
      `export ${factory} in src/index.ts, or call the file a helper in test/all-strategies.ts`,
    ).toBeTypeOf('function')
  })

  it('has the name of its file', () => {
    expect(factoryOf(file)?.().name, `the name that ${factory} gives itself`).toBe(file)
  })

  it('is in the README', () => {
    expect(readme, `a row for ${factory} in packages/cache-core/README.md`).toContain(`| \`${factory}(`)
  })
})

it('the suites have at least 3 read and 3 write strategies', () => {
  expect(reads.length).toBeGreaterThanOrEqual(3)
  expect(writes.length).toBeGreaterThanOrEqual(3)
})
