/**
 * Lists the tests that `pnpm test` skips. With --check it lists nothing, and fails if a `*.slow.test.ts` would never run
 * because its package has no `test:slow`, or because its vitest does not include it.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, matchesGlob, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const packages = globSync('{apps/*,packages/*,loadtests}/package.json', { cwd: root }).map(dirname)
const slowTests = globSync('**/*.slow.test.ts', {
  cwd: root,
  exclude: (name) => ['node_modules', 'dist', '.turbo'].includes(basename(name)),
})

async function whyItNeverRuns(test: string): Promise<string | undefined> {
  const folder = packages.find((one) => test.startsWith(`${one}/`))
  if (folder === undefined) return 'is in no package'
  const { scripts } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const wanted = `SLOW=1 ${scripts.test}`
  if (!scripts['test:slow']?.startsWith(wanted)) return `needs "test:slow": "${wanted}" in ${folder}/package.json`
  const { default: config } = await import(join(root, folder, 'vitest.config.ts'))
  const include: string[] = config.test.include
  const found = include.some((glob) => matchesGlob(relative(folder, test), glob))
  return found ? undefined : `is not included by the vitest of ${folder}: ${include.join(', ')}`
}

if (process.argv.includes('--check')) {
  for (const test of slowTests) {
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
