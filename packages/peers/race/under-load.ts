/** `pnpm --filter peers run under-load`: checks the history of clients of two API processes with PEERS=1. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeCommand, runCommand } from 'command-line'
import { checkHistory, guaranteedBy, recordClients } from 'history'
import { startApi, startServices } from 'local-servers'
import { peerNames } from '../src/index.ts'

const setting = {
  secondsEach: 10,
  /** The added delay of loads in each of the two API processes. */
  originDelaysMs: [10, 25],
  ttlMs: 2_000,
  posts: 6,
  processes: 2,
  clientsPerProcess: 4,
  writeRatio: 0.1,
  pauseMs: 2,
  seed: 1,
} as const
const root = join(import.meta.dirname, '../../..')
const names = [...peerNames, 'manual-invalidation']

const command = describeCommand('pnpm --filter peers run under-load', {
  does:
    `Runs two API processes with PEERS=1 under recorded load, ${setting.secondsEach} s for each peer and for manual-invalidation, and checks ` +
    'what their clients saw. Writes docs/runs/peers-under-load.json.',
  needs:
    'redis-server or valkey-server on PATH. DATABASE_URL names a Postgres server for a throw-away database; without it an embedded one is started.',
  prints: 'One line of JSON per library: reads, writes, stale reads and for how long they were stale.',
}).action(measure)

await runCommand(command)

async function measure(): Promise<void> {
  const services = await startServices({
    redis: true,
    postgres: process.env.DATABASE_URL ? { scratchOn: process.env.DATABASE_URL } : true,
  })
  const results = []
  try {
    const env = { REDIS_URL: services.redis!.url, DATABASE_URL: services.postgres!.url }
    const cli = join(root, 'apps/api/cli/load-posts.ts')
    const load = [cli, '--count', String(setting.posts), '--schema', names.join(',')]
    execFileSync(process.execPath, ['--conditions=workspace-source', ...load], { env: { ...process.env, ...env } })
    const urls: string[] = []
    for (const delayMs of setting.originDelaysMs) {
      const options = { CACHE_TTL_MS: String(setting.ttlMs), ORIGIN_DELAY_MS: String(delayMs), PEERS: '1' }
      const api = await startApi({ ...env, ...options })
      services.alsoEnd(api.pid)
      urls.push(api.url)
    }
    const promises = await guaranteedBy(urls)
    for (const strategy of names) {
      const { promised } = promises.find((one) => one.strategy === strategy)!
      const recording = recordClients({
        urls,
        strategy,
        ids: Array.from({ length: setting.posts }, (_, i) => i + 1),
        processes: setting.processes,
        clientsPerProcess: setting.clientsPerProcess,
        writeRatio: setting.writeRatio,
        pauseMs: setting.pauseMs,
        seed: setting.seed,
      })
      await sleep(setting.secondsEach * 1_000)
      const { reads, writes, counts, staleness } = checkHistory(await recording.stop(), promised)
      const result = { strategy, reads, writes, counts, staleness }
      results.push(result)
      console.log(JSON.stringify(result))
    }
  } finally {
    await services.stop()
  }

  const run = {
    format: 'peers-under-load/1',
    command: 'pnpm --filter peers run under-load',
    date: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    node: process.version,
    redis: services.redis!.version,
    postgres: services.postgres!.kind,
    cpu: `${availableParallelism()} × ${cpus()[0]?.model}`,
    setting,
    results,
  }
  writeFileSync(join(root, 'docs/runs/peers-under-load.json'), `${JSON.stringify(run, null, 2)}\n`)
}
