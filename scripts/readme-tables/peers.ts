import { figureOf } from '../../apps/compare/src/spread.ts'
import { ms, percent, seconds, spread, staleSeen, table } from './figures.ts'
import { peers } from './stored-runs.ts'

export const peerTables: Record<string, () => string> = {
  peers() {
    const { workload, runs } = peers().config
    const load =
      `In ${runs} runs of the default load (${workload.ratePerSecond} requests/s, TTL ${seconds(workload.ttlMs)}, ` +
      `[the file](runs/compare-peers.json)). _Stale reads_ are probe reads of an older version, started after a newer one had been acknowledged:`
    const rows = peers().strategies.map(({ name }) => {
      const turns = peers().turns.filter(({ strategy, status }) => strategy === name && status === 'ok')
      const stale = turns.map(
        ({ violations, account }) => `${violations.counts['read-after-write'] ?? 0} of ${account.probe.reads}`,
      )
      return [
        name.replace('peer:', ''),
        stale.join(' · '),
        staleSeen(peers(), name),
        spread(figureOf(peers(), name, 'redisCommandsPerRequest'), (value) => value.toFixed(1)),
        spread(figureOf(peers(), name, 'hitRatio'), percent),
        spread(figureOf(peers(), name, 'readP50Ms'), ms),
      ]
    })
    const head = ['', 'stale reads, by run', 'how stale', 'Redis commands per request', 'hit ratio, %', 'read p50, ms']
    return `${load}\n\n${table(head, rows)}`
  },
}
