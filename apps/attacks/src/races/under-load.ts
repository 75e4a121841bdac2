/** Checks the history of clients of two API processes with PEERS=1. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkHistory, guaranteedBy, recordClients } from 'history'
import { peerNames } from 'peers'
import { strategyNames } from 'strategies'
import { startAttackedSystem } from '../start-attacked-system.ts'

export const setting = {
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
const root = join(import.meta.dirname, '../../../..')
const names = [...peerNames, 'manual-invalidation']

export async function measure(): Promise<void> {
  const system = await startAttackedSystem({
    posts: setting.posts,
    strategies: [...strategyNames, ...peerNames],
    apis: setting.originDelaysMs.map((ms) => ({
      CACHE_TTL_MS: String(setting.ttlMs),
      ORIGIN_DELAY_MS: String(ms),
      PEERS: '1',
    })),
  })
  const { urls, services } = system
  const results = []
  try {
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
    await system.stop()
  }

  const run = {
    format: 'peers-under-load/1',
    command: 'pnpm attack races --under-load',
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
