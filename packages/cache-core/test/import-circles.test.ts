/** A file can be read, and moved, without the one that imports it. Types count: who follows an import does not care what it brings. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const files = globSync('{src,test}/**/*.ts', { cwd: root })
const imports = new Map(files.map((file) => [file, importsOf(file)]))

function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8')
  return [...source.matchAll(/^(?:import|export)\b[^'"]*? from '(\.[^']+)'/gms)].map(([, path]) =>
    join(dirname(file), path!),
  )
}

/** The first circle that begins at `file`, as a path. */
function circleFrom(file: string, path: readonly string[] = [], done = new Set<string>()): string | undefined {
  if (path.includes(file)) return path[0] === file ? [...path, file].join(' → ') : undefined
  if (done.has(file)) return undefined
  for (const next of imports.get(file) ?? []) {
    const circle = circleFrom(next, [...path, file], done)
    if (circle !== undefined) return circle
  }
  done.add(file)
  return undefined
}

it('no file of cache-core imports itself by way of others', () => {
  expect(files.length).toBeGreaterThan(80)
  expect(files.map((file) => circleFrom(file)).filter((circle) => circle !== undefined)).toEqual([])
})
