/** `pnpm attack races`: plays races on other caching libraries. */
import { describeCommand } from 'command-line'
import { withTestServers } from 'local-servers'
import { playAll, TIMES } from './scripted.ts'
import { measure, setting } from './under-load.ts'

export const command = describeCommand('pnpm attack races', {
  does:
    `Plays every race script on every peer, ${TIMES} times each, and on manual-invalidation. Writes docs/runs/peers-race.json. With ` +
    `--under-load it runs two API processes with PEERS=1 under recorded load instead, ${setting.secondsEach} s for each peer and for ` +
    'manual-invalidation, checks what their clients saw, and writes docs/runs/peers-under-load.json.',
  needs:
    'redis-server or valkey-server on PATH. DATABASE_URL names a Postgres server for a throw-away database; without it an embedded one is started.',
  prints:
    'One line per library: how often each race was lost, that is, a reader was served a value older than an acknowledged write. Under load: ' +
    'reads, writes, stale reads and for how long they were stale, as JSON.',
})
  .option('--under-load', 'records clients of API processes instead of playing scripts')
  .action(({ underLoad }: { underLoad?: true }) => (underLoad ? measure() : withTestServers(playAll)))
