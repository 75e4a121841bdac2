import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

describe('the sources', () => {
  it('import only their own files with the .ts extension, since k6 runs them directly', () => {
    const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
    for (const name of sources) {
      const text = readFileSync(`${import.meta.dirname}/${name}`, 'utf8')
      for (const [, from] of text.matchAll(/\bfrom '([^']+)'/g)) expect(from).toMatch(/^\.\/[a-z-]+\.ts$/)
      expect(text).not.toMatch(/\bprocess\.|\bBuffer\b|\brequire\(|\bimport\(/)
    }
  })
})
