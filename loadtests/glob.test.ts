import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const here = import.meta.dirname

describe('loadtests', () => {
  it('has exactly one .js, since `k6 run loadtests/*.js` accepts only one', () => {
    expect(globSync('*.js', { cwd: here })).toEqual(['side-by-side.js'])
  })

  it('imports only k6 and files by relative path with extension, as k6 requires', () => {
    const seen = new Set<string>()
    const follow = (file: string) => {
      if (seen.has(file)) return
      seen.add(file)
      for (const [, from] of readFileSync(file, 'utf8').matchAll(/\bfrom '([^']+)'/g)) {
        if (/^k6(\/(http|execution|metrics|data))?$/.test(from!)) continue
        expect(from, `imported by ${file}`).toMatch(/^\.\.?\/.*\.ts$/)
        expect(existsSync(resolve(dirname(file), from!)), `${from}, imported by ${file}`).toBe(true)
        follow(resolve(dirname(file), from!))
      }
    }
    for (const script of ['side-by-side.js', 'smoke.ts', 'hot-key-expiry.ts']) follow(resolve(here, script))
    expect(seen.size).toBeGreaterThan(10)
  })
})
