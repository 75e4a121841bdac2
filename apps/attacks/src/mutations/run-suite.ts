import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Suite } from './suites.ts'

/** The result of a suite: passed, or the first failed test. */
export type Verdict = { readonly kind: 'passed' } | { readonly kind: 'caught'; readonly test: string }

/** A test or a run that does not end in time counts as failed. */
const TIMEOUTS = { testMs: 5_000, runMs: 60_000 }
const SLOW_TIMEOUTS = { testMs: 30_000, runMs: 180_000 }

interface Report {
  readonly numTotalTests: number
  readonly testResults: readonly {
    readonly message: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly ancestorTitles: readonly string[]
      readonly title: string
    }[]
  }[]
}

/** @throws Error if the suite failed before any test: then the mutation is not a valid program */
export async function runSuite(root: string, { name, folder, files, env, isSlow }: Suite): Promise<Verdict> {
  const cwd = join(root, folder)
  const report = join(root, 'report.json')
  rmSync(report, { force: true })
  const { testMs, runMs } = isSlow ? SLOW_TIMEOUTS : TIMEOUTS
  const quiet = ['--reporter=json', `--outputFile=${report}`, '--bail=1', `--testTimeout=${testMs}`]
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...files, '--exclude=**/*.fuzz.test.ts', ...quiet]
  // A separate process group, since it has workers.
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env, ...(isSlow && { SLOW: '1' }) },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-2_000)
  })
  const killAll = () => process.kill(-child.pid!, 'SIGKILL')
  process.once('exit', killAll)
  let hung = false
  const overdue = setTimeout(() => {
    hung = true
    killAll()
  }, runMs)
  const [code] = await once(child, 'close')
  clearTimeout(overdue)
  process.off('exit', killAll)
  if (hung) return { kind: 'caught', test: `(did not end within ${runMs / 1_000} s)` }
  if (code === 0) return { kind: 'passed' }
  const { testResults } = JSON.parse(readReport(report, name, said)) as Report
  const failed = testResults.flatMap((file) => file.assertionResults).find(({ status }) => status === 'failed')
  if (failed) return { kind: 'caught', test: [...failed.ancestorTitles, failed.title].join(' › ') }
  const why = testResults.map(({ message }) => message).find(Boolean) ?? said
  throw new Error(`the suite "${name}" failed before any test did: ${why.slice(0, 1_000)}`)
}

function readReport(path: string, name: string, said: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Error(`the suite "${name}" left no report: ${said}`, { cause })
  }
}
