/** The command as users run it, with real k6 and servers. Few posts and short times: the figures don't matter here. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readComparison } from '../src/read-comparison.ts'
import { findK6 } from '../src/run/find-k6.ts'
import { orderOf } from '../src/run/order.ts'

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const SHORT = ['--posts', '50', '--rate', '40', '--duration', '1500ms', '--warmup', '500ms']

/** CI must have k6. Elsewhere `pnpm test` has to pass without it. */
function lacksK6(): boolean {
  if (process.env.CI) return false
  try {
    findK6()
    return false
  } catch (error) {
    console.warn(`skipped: ${(error as Error).message}`)
    return true
  }
}

function compare(args: readonly string[], results: string) {
  const child = spawn(process.execPath, ['--conditions=workspace-source', cli, ...args], {
    env: { ...process.env, RESULTS_DIR: results, BASE_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk: Buffer) => {
      said[stream] += chunk
    })
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }))
  return { child, said, ended }
}

const newResults = () => mkdtemp(join(tmpdir(), 'results-'))

describe.skipIf(lacksK6())('pnpm compare', () => {
  it('measures each strategy, reconciles the counters exactly, reports and recommends', {
    timeout: 180_000,
  }, async () => {
    const results = await newResults()
    const strategies = ['no-cache', 'stale-while-revalidate']
    const { code, stdout, stderr } = await compare(
      ['--workload', 'ycsb-b', '--strategies', strategies.join(), '--runs', '2', '--max-staleness', '0', ...SHORT],
      results,
    ).ended
    expect(code, stderr).toBe(0)
    const [folder] = await readdir(results)
    const comparison = await readComparison(join(results, folder!))
    expect(comparison.finishedAt).not.toBeNull()
    for (const turn of comparison.turns.filter(({ status }) => status === 'ok')) {
      const { k6, probe, server, agree } = turn.account
      expect(agree).toBe(true)
      expect(k6.reads).toBeGreaterThan(50)
      expect(probe.reads).toBeGreaterThan(4)
      expect(server!.reads).toBe(k6.reads + probe.reads)
    }
    expect(new Set(comparison.turns.map(({ strategy }) => strategy))).toEqual(new Set(strategies))
    // The second run has entries of the other strategy's first one in Redis.
    const entryBytes = (name: string) =>
      comparison.turns.filter((turn) => turn.strategy === name).map(({ measures }) => measures.bytesPerEntry)
    expect(new Set(entryBytes('no-cache'))).toEqual(new Set([null]))
    for (const bytes of entryBytes('stale-while-revalidate')) expect(bytes).toBeGreaterThan(100)
    // It sends Redis nothing, and what idle processes send is left out. k6 reads the counters of both processes three times.
    for (const { measures, redisIdle, account } of comparison.turns.filter(({ strategy }) => strategy === 'no-cache')) {
      expect(redisIdle!.commands).toBeGreaterThan(10)
      const { reads, writes } = account.k6
      expect(measures.redisCommandsPerRequest! * (reads + writes)).toBeLessThan(6 * 30)
    }
    expect(stdout).toContain('Recommended: ')
    const html = await readFile(join(results, folder!, 'comparison.html'), 'utf8')
    for (const name of strategies) expect(html).toContain(name)
  })

  it('replays a trace, keeps finished turns when stopped, and resumes', {
    timeout: 180_000,
  }, async () => {
    const results = await newResults()
    const trace = join(results, 'requests.csv')
    await writeFile(
      trace,
      Array.from({ length: 80 }, (_, at) => `${at},${at % 8 === 0 ? 'write' : 'read'},page:${at % 5}`).join('\n'),
    )
    const stopped = compare(
      ['--workload', trace, '--rate', '40', '--strategies', 'no-cache,cache-aside', '--runs', '1'],
      results,
    )
    await new Promise<void>((resolve) => {
      stopped.child.stderr.on('data', () => /\(run 1\)/.test(stopped.said.stderr) && resolve())
      stopped.child.once('exit', () => resolve())
    })
    stopped.child.kill('SIGINT')
    const { code, stderr } = await stopped.ended
    expect(code, stderr).toBe(130)
    expect(stderr).toContain('Resume: pnpm compare --resume')
    const folder = join(results, (await readdir(results)).find((name) => name !== 'requests.csv')!)
    const kept = await readComparison(folder)
    expect(kept.finishedAt).toBeNull()
    expect(kept.turns).toHaveLength(1)

    const file = join(folder, 'comparison.json')
    const original = await readFile(file, 'utf8')
    await writeFile(file, JSON.stringify({ ...kept, environment: { ...kept.environment, k6: '0.1.0' } }))
    const refused = await compare(['--resume', '--workload', trace], results).ended
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain('k6: 0.1.0 then, ')
    await writeFile(file, original)

    const resumed = await compare(['--resume', '--workload', trace], results).ended
    expect(resumed.code, resumed.stderr).toBe(0)
    const whole = await readComparison(folder)
    expect(whole.turns[0]).toEqual(kept.turns[0])
    const order = orderOf(['no-cache', 'cache-aside'], 1, 1)
    expect(whole.turns.slice(0, 2).map(({ strategy, run }) => ({ strategy, run }))).toEqual(order)
    expect(whole.finishedAt).not.toBeNull()
    for (const { account } of whole.turns) {
      expect(account.agree).toBe(true)
      // Each request once, and one read by the setup.
      expect(account.k6.writes).toBe(10)
      expect(account.k6.reads).toBe(70 + 1)
    }
  })

  it('reports a wrong flag in one line, and starts nothing', async () => {
    const { code, stderr } = await compare(['--strategies', 'nope'], await newResults()).ended
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('--strategies is "nope"')
  })
})
