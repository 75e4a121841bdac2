/**
 * Lists the slow tests that `pnpm test` skips. With --check it lists nothing, and fails if a `*.slow.test.ts` or a
 * `*.nightly.test.ts` would never run because its package has no such script, or because its vitest does not include it.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, matchesGlob, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const packages = globSync('{apps/*,packages/*,loadtests}/package.json', { cwd: root }).map(dirname)
const testsCalled = (kind: 'slow' | 'nightly') =>
  globSync(`**/*.${kind}.test.ts`, {
    cwd: root,
    exclude: (name) => ['node_modules', 'dist', '.turbo'].includes(basename(name)),
  })
const slowTests = testsCalled('slow')

async function whyItNeverRuns(test: string): Promise<string | undefined> {
  const folder = packages.find((one) => test.startsWith(`${one}/`))
  if (folder === undefined) return 'is in no package'
  const { scripts } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const kind = test.endsWith('.slow.test.ts') ? 'slow' : 'nightly'
  const wanted = `${kind.toUpperCase()}=1 ${scripts.test}`
  if (!scripts[`test:${kind}`]?.includes(wanted)) return `needs "test:${kind}": "${wanted}" in ${folder}/package.json`
  const { default: config } = await import(join(root, folder, 'vitest.config.ts'))
  const include: string[] = config.test.include
  const found = include.some((glob) => matchesGlob(relative(folder, test), glob))
  return found ? undefined : `is not included by the vitest of ${folder}: ${include.join(', ')}`
}

if (process.argv.includes('--check')) {
  for (const test of [...slowTests, ...testsCalled('nightly')]) {
    const why = await whyItNeverRuns(test)
    if (why === undefined) continue
    console.error(`${test} ${why}`)
    process.exitCode = 1
  }
} else {
  const names = slowTests.map((test) => basename(test).replace(/(\.live)?\.slow\.test\.ts$/, '')).sort()
  console.log(`Slow tests that were left out: ${names.join(', ')}.`)
  console.log('`npx -y pnpm@12 test:slow` and `.ci/run` run them.')
}
